"""Zotero's API over HTTP, for servers of any dialect: the web's, and the running Zotero's.

Nothing is imported here, so that commands without the network start quickly.
"""
