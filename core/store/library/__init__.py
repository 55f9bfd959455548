"""What is in the library: found, counted, and written to files."""
