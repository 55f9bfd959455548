"""Measured values as people keep them in tables."""
