"""Programs that a benchmark starts beside itself, so that nobody measures somebody else's work."""
