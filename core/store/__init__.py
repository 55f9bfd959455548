"""The project: its database, its library of structures and labels, and its runs."""
