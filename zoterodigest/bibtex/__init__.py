"""BibTeX: library items written as a .bib file."""
