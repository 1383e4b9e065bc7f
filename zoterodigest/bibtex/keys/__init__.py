"""Citation keys, and the formulas that make them."""
