"""Tags, tasks, awards and labels of a new entry: spelled as the entries around spell theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from zoterodigest.core.values.record import Fields, Members, Value, WebLinks
from zoterodigest.digest.read.references import stated_links
from zoterodigest.digest.write.house_style import HouseStyle
from zoterodigest.digest.write.votes import usual

_MUCH = 2
"""The list has another spelling this many times as often: a new entry takes that one."""

_MEMBERS = ("task", "categories", "award")


def with_members_like_others(fields: Fields, manner: HouseStyle) -> Fields:
    """Return `fields` with the members as others spell them, and capitals where all have them."""
    return {
        name: _labelled(value, manner) if name == "links" else _spelled(name, value, manner)
        for name, value in fields.items()
    }


def _labelled(value: Value, manner: HouseStyle) -> Value:
    """Return links with the labels of others that differ from theirs by capitals alone."""
    if not isinstance(value, WebLinks):
        return value
    known = Counter(link.label for it in manner.entries for link in stated_links(it.reading.fields))

    def label(own: str) -> str:
        others = (it for it in known if it.casefold() == own.casefold())
        usual_one = max(others, key=lambda it: known[it], default=own)
        # Where both are common, that of the item stays.
        return own if _MUCH * known[own] >= known[usual_one] > 0 else usual_one

    return WebLinks(tuple(replace(it, label=label(it.label)) for it in value.hyperlinks))


def _alike(text: str, known: Sequence[str]) -> str:
    return usual(it for it in known if it.casefold() == text.casefold()) or text


def _spelled(name: str, value: Value, manner: HouseStyle) -> Value:
    if not isinstance(value, Members) or name not in _MEMBERS:
        return value
    lists = (entry.reading.fields.get(name) for entry in manner.entries)
    known = [text for it in lists if isinstance(it, Members) for text in it.texts]
    are_capital = bool(known) and not any(text[:1].islower() for text in known)
    # A tag may be an abbreviation, an award is none.
    are_small = name == "award" and bool(known) and all(map(str.islower, known))
    texts: list[str] = []
    for text in value.texts:
        same = _alike(text, known)
        capital = text[:1].upper() + text[1:] if are_capital else text
        other = text.lower() if are_small else capital
        texts.append(same if same in known else other)
    return replace(value, texts=tuple(texts))
