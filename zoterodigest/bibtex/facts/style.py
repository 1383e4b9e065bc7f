"""What a bibliography is written in, and what of its works it tells."""

from __future__ import annotations

from dataclasses import dataclass

from zoterodigest.bibtex.tex.latex import Dialect


@dataclass(frozen=True, slots=True)
class Style:
    """What a bibliography is written in, and which optional fields its entries have."""

    dialect: Dialect = Dialect.BIBTEX
    short_venues: bool = False
    abstract: bool = False
    note: bool = False
    awards: bool = False
