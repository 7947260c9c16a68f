"""Labels with OpenDisplay firmware, over Bluetooth."""
