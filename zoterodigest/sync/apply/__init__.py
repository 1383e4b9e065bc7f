"""The one way to write: what a command intends is a value, and one function carries it out."""
