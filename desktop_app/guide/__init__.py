"""What shows a newcomer the way: the next step, and the tour."""
