"""A trained model: its card, its weights, what it has seen and what it covers."""
