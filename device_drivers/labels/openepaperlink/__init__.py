"""Labels behind OpenEPaperLink access points (docs/access-point-labels.md)."""
