"""Trajectories: what is shown of their frames, and how very many particles are drawn."""
