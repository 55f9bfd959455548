"""What finished runs left behind, read without torch, and what it says."""
