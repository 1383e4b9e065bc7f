"""Speed, measured against what a person would use instead; run by `make bench`."""
