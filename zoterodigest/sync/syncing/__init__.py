"""Runs like a sync: from a prepared run to what is written and remembered."""
