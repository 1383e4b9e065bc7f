"""Watching: when a run is due, and which files of a project it is about."""
