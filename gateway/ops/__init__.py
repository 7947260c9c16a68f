"""Keeping the box running: what it writes and how it tells its health."""
