"""The job that learns measured properties."""
