"""Libraries of the Zotero that runs on this computer, by its local API, which is not the Web API.

Nothing is imported here, so that commands without it start quickly.
"""
