"""Widgets that know nothing of the session: they are given values and emit signals."""
