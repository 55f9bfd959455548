"""Crystals as flat lists of sites and pairs, and batches of them."""
