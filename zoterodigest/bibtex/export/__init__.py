"""Works as entries of a .bib and in other formats."""
