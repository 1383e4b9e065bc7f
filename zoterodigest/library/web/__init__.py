"""Libraries behind Zotero's Web API: zotero.org, and any other server that speaks it.

Nothing is imported here, so that commands without the network start quickly.
"""
