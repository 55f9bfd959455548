"""What every reader shares: bytes to text, the sites of a cell, checks, and what comes out."""
