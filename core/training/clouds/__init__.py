"""Learning from clouds of points: training, the network as a file, transfer between tasks."""
