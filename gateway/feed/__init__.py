"""Sources to replica: what central or the shop's own files say, kept exactly and used at once."""
