"""Attention over geometric products: networks that see angles, and turn with the points they are given."""
