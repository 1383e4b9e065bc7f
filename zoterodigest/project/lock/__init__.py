"""The lock file: the committed links."""
