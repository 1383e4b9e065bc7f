"""Gathering: what a run reads, once, and what it would write as values."""
