"""Anaquel: the in-store edge gateway between a retailer's central system and the shelf."""
