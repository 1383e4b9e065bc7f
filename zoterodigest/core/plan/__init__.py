"""Plans, their terms and reports, and the history of what was done, as values."""
