"""Reconciling: the row of pure steps from what was read to a plan."""
