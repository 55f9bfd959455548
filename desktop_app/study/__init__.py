"""Studies: how one is set up, how far it is, and what it has found."""
