"""How particles are ordered: order parameters, phases, bonds, and what networks see of them."""
