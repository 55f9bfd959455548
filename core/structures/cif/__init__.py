"""CIF files: read with what the world gets wrong in them, and written."""
