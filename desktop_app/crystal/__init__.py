"""A crystal on the screen: balls and sticks, directions of view, neighbours of its sites."""
