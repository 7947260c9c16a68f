"""The certificates that sites show: the box's own, and given ones that are reloaded."""
