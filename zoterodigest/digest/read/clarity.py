"""Clarity: whether what a general format found in free text is what it seems."""

from __future__ import annotations

import re

from zoterodigest.core.values import names, venue_slot
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.digest.read.reading import cleaned, decoded
from zoterodigest.digest.read.slots import Slot

_MOST_NAME_WORDS = 6
_MOST_PARTICLES = 3
_NO_NAME = re.compile(
    r"\b(?:academy|adobe|amazon|apple|award|best|berkeley|cent(?:er|re)|challenge|college|conference"
    r"|deepmind|department|facebook|google|honorable|institute?|international|journal|laboratory"
    r"|labs?|letters|mention|meta|microsoft|mit|nature|nvidia|openai|oral|outstanding|paper|poster"
    r"|proceedings|report|research|review|school|sciences?|spotlight|survey|symposium|transactions"
    r"|tsinghua|university|workshop)\b",
    re.I,
)
"""Words of what stands in italics beside a title and is no person."""


def is_clear(slot: Slot, venues: VenueTable) -> bool:
    """Tell whether a slot that a general format found in free text is what it seems.

    A venue must be a known one, authors must all be written as names are: two capitalised words.
    """
    text = cleaned(decoded(slot.text.data))
    if slot.name == "venue":
        return venues.find(venue_slot.parse_venue(text).venue) is not None
    if slot.name == "authors":
        people = names.parse_names(text).people
        return bool(people) and all(map(_is_written_as_name, people))
    return True


def _is_written_as_name(text: str) -> bool:
    words = [word for word in text.replace("-", " ").split() if word[:1].isalpha()]
    capitals = [word for word in words if not word[0].islower()]
    is_short = len(words) <= _MOST_NAME_WORDS and not any(char.isdigit() for char in text)
    return (
        not _NO_NAME.search(text)
        and is_short
        and len(capitals) >= 2
        and len(words) - len(capitals) <= _MOST_PARTICLES
    )
