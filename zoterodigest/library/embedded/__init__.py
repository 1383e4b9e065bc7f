"""The embedded library: a Zotero library in a SQLite file."""
