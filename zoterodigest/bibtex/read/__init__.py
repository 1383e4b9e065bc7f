"""Entries of a .bib read as records."""
