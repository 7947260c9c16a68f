"""easyTag and eLabel labels, sold by Zhsunyco, with their maker's firmware, over Bluetooth."""
