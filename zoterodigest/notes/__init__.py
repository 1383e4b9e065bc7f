"""Markdown blocks to canonical Zotero note HTML and back."""
