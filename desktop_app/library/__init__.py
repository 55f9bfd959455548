"""The structures of a project: searched, and surveyed for what a run could learn from."""
