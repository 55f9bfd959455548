"""The one loop: tasks, batches on a device, checkpoints, and what to do when the memory is full."""
