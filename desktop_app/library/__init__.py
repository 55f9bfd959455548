"""The structures of a project: searched, given values from tables, surveyed for what a run could learn."""
