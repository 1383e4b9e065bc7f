"""The .bib files of a project: keys, works, and what they are to hold."""
