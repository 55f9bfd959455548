"""What the commands of the window do, one file per area."""
