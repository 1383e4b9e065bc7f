"""Exports and citation keys by themselves."""
