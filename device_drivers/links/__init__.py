"""The ways to devices: each a port that drivers use and somebody else provides."""
