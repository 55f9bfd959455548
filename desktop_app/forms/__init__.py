"""Forms made from settings, and the boxes and columns that they are put together from."""
