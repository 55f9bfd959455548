"""What a run knows of crystals and sites, for the map and for the colours of atoms."""
