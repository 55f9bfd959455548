"""Attention and what checks it: sites told apart, sums over a run, hidden sites."""
