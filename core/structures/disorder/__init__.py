"""Disordered structures: which sites exclude each other, and ordered approximations."""
