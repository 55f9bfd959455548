"""Requests for work, each turned into a run folder that holds all it needs."""
