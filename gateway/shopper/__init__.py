"""The public site: what a shopper sees after scanning a shelf label."""
