"""Studies: which way to learn is best with few labels, found by hiding most of them."""
