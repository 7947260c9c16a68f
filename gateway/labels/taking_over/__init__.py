"""Taking over a zone that another system drives, trying it dry before, and giving it back."""
