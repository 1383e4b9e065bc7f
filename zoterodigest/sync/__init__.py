"""The use cases: what the commands do, over digests, lock file and library."""
