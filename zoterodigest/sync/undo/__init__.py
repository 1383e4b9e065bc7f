"""Undo, redo, unlink and remove."""
