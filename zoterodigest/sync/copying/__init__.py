"""Copying a library to another address, its links with it."""
