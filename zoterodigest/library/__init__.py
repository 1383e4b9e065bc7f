"""Zotero libraries behind one port, and the mapping between records and Zotero items."""
