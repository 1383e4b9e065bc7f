"""Edits of a .bib that stands."""
