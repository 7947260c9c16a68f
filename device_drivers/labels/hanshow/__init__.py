"""Hanshow labels behind the vendor's server in the shop (docs/access-point-labels.md)."""
