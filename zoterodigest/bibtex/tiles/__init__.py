"""A .bib byte by byte: tiles that stand side by side."""
