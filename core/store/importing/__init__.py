"""Bringing structure files into a project, in processes of its own, with a report and a way back."""
