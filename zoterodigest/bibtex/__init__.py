"""BibTeX: items as entries of a .bib, any .bib read and edited, and what documents cite.

`reading` gives the entries of a .bib as records, `keys` makes citation keys.
"""
