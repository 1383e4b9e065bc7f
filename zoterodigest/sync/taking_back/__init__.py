"""Taking back what runs did: undo, remove, unlink, and what runs wrote."""
