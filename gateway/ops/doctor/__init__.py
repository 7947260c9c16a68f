"""``anaquel doctor``: what is wrong with the box and its surroundings, where, and what to do."""
