"""Graphs of more crystals than fit into memory, in files that are mapped."""
