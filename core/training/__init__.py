"""Training: what goes in, how it is split, the loop, checkpoints and the model file that comes out."""
