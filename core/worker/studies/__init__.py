"""The job that compares ways to learn."""
