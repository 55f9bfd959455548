"""How far a prediction can be trusted: intervals, sets of classes, the domain."""
