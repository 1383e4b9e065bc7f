"""Writing: from changed entries to the edits of a digest."""
