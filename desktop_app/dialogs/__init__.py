"""Dialogs, for decisions and reports."""
