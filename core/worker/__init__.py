"""The worker: one job in its own process. `process.py` starts; each kind of job has a file of its own."""
