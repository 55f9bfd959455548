"""How everything looks: theme, colours, pictures."""
