"""Crystals as arrays, and the readers that make them from files."""
