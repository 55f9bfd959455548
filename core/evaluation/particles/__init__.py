"""How well networks tell particles and frames apart."""
