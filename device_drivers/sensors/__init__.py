"""Families of sensors: bytes in, named numbers out."""
