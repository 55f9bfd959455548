"""What a trained model makes of structures: predictions, embeddings and attention."""
