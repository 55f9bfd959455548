"""The panels of the window. They know the session and the actions, never each other."""
