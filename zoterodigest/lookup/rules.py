"""The rules of `lookup.toml`: phrases that tell where a work appeared, tracks, types of works."""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

from zoterodigest import mapping
from zoterodigest.lookup.work import Source


def _pattern(phrases: list[str]) -> str:
    """Return the pattern that finds any of `phrases` as whole words."""
    # Chinese has no blanks between words, so that nothing bounds a word.
    bounded = (rf"\b(?:{each})\b" if each.isascii() else each for each in phrases)
    return f"(?i:{'|'.join(bounded)})"


Phrases = Annotated[re.Pattern[str], BeforeValidator(_pattern)]


class LookupTables(BaseModel):
    """The rules, each list of phrases as one pattern; `lookup.toml` says what they are for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    withdrawn: Phrases
    non_archival: Phrases
    submission: Phrases
    condition: Phrases
    another_version: Phrases
    journal_version: Phrases
    another_thing: Phrases
    part_of_work: Phrases
    not_alone: Phrases
    harmless: Phrases
    tracks: dict[str, Phrases]
    types: dict[Source, dict[str, str]]


@cache
def lookup_tables() -> LookupTables:
    """Return the built-in rules; the file is read when the first work is looked up."""
    return mapping.load(mapping.folder() / "lookup.toml", LookupTables)
