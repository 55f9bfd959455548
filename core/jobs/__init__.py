"""Jobs: what to do, the run folder in which it is done, and the process that does it."""
