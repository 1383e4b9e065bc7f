"""A run: prepared from what was read, planned, and not written yet."""
