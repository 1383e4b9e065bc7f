"""Links: what an entry and its item last agreed on, and the merge over it."""
