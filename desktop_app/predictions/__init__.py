"""Predictions: which models can make them, how right they are, and what to measure next."""
