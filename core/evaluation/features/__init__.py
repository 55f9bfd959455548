"""Crystals as rows of numbers that need no training: composition, simple structure, frozen embeddings."""
