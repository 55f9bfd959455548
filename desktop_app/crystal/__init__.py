"""A crystal on the screen: balls and sticks, the 3-D view and its page, neighbours of its sites."""
