"""Keep Markdown paper digests, a Zotero library and a BibTeX file in agreement."""

__version__ = "0.1.0"
