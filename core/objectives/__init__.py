"""What an encoder learns by: measured properties, or telling true from false surroundings."""
