"""Trying one label without a shop: what is in reach, what it shows, and a report of it."""
