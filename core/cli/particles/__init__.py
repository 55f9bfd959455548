"""Commands on particles of simulations: order parameters, and networks that learn from clouds."""
