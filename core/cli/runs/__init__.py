"""Commands on runs: following, stopping and resuming them, sending them to a cluster."""
