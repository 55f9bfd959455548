"""Particles with their nearest neighbours as clouds of points."""
