"""Entries written as the text of a .bib."""

from __future__ import annotations

from collections.abc import Iterable

from zoterodigest.bibtex.entry import BibEntry

_BARE = frozenset({"month"})


def write_bib(entries: Iterable[BibEntry]) -> str:
    """Return the text of a .bib with `entries` in their order, parted by blank lines."""
    return "\n".join(write_entry(entry) for entry in entries)


def write_entry(entry: BibEntry) -> str:
    """Return one entry, a field to a line; it ends with a line end."""
    lines = [
        f"  {name} = {value},\n" if name in _BARE else f"  {name} = {{{value}}},\n"
        for name, value in entry.fields
    ]
    return f"@{entry.entry_type}{{{entry.key},\n{''.join(lines)}}}\n"
