"""Runs: asked for, followed, and put into words."""
