"""Bibliographies: exports, edits made in a .bib, and citation keys."""
