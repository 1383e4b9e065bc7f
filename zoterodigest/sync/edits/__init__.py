"""Edits of digests that a plan asks for, each verified."""
