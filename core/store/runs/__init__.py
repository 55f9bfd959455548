"""Runs of a project: waiting, taken in, sent away, discarded, and what their predictions say."""
