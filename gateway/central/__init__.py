"""The reference central side: what a retailer's system does to feed shops and take their events."""
