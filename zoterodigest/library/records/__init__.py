"""Records and items: what the JSON of a library's objects says, read in one place."""
