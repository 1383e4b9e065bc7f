"""The tags, tasks and awards of a new entry: spelled as the entries around spell theirs."""

from __future__ import annotations

from dataclasses import replace

from zoterodigest.core.values.record import Fields, Members, Value
from zoterodigest.digest.write.house_style import HouseStyle
from zoterodigest.digest.write.votes import usual

_MEMBERS = ("task", "categories", "award")


def with_members_like_others(fields: Fields, manner: HouseStyle) -> Fields:
    """Return `fields` with the members as others spell them, and capitals where all have them."""
    return {
        name: _spelled(name, value, manner) if name in _MEMBERS else value
        for name, value in fields.items()
    }


def _spelled(name: str, value: Value, manner: HouseStyle) -> Value:
    if not isinstance(value, Members):
        return value
    lists = (entry.reading.fields.get(name) for entry in manner.entries)
    known = [text for it in lists if isinstance(it, Members) for text in it.texts]
    are_capital = bool(known) and not any(text[:1].islower() for text in known)
    # A tag may be an abbreviation, an award is none.
    are_small = name == "award" and bool(known) and all(map(str.islower, known))
    texts: list[str] = []
    for text in value.texts:
        same = usual(it for it in known if it.casefold() == text.casefold())
        capital = text[:1].upper() + text[1:] if are_capital else text
        texts.append(same or (text.lower() if are_small else capital))
    return replace(value, texts=tuple(texts))
