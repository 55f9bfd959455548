"""Commands on the library of a project: filling it, listing it, editing it."""
