"""Widgets that know neither the session nor a subject: they are given values and emit signals."""
