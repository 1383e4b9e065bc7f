"""Formats: the TOML files that say how a digest is written."""
