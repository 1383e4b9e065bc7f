"""New papers for digests: those that a person names, and those of feeds."""
