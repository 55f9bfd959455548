"""The map of embeddings: its places, its colours, and what it compares."""
