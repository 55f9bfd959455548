"""Edits of the library, each recorded so that it can be undone."""
