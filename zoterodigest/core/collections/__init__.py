"""Collections for digests and their headings, and what moves between them."""
