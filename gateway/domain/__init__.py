"""The shop's words and rules: pure, without I/O, clock or third party."""
