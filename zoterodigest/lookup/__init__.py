"""Metadata of works from elsewhere: arXiv, Crossref, DBLP and Semantic Scholar, cached."""
