"""How good a prediction is, beside what costs nothing."""
