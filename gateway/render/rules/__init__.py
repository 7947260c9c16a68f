"""What the law asks of a shelf label, as rules that a drawn picture is held against."""
