"""Particles in boxes, and the files of simulations that hold them frame by frame."""
