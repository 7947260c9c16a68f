"""Gicisky and PICKSMART labels with their maker's firmware, over Bluetooth."""
