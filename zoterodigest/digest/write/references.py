"""The new text of the slots that say which paper an entry is about, and where else it leads.

An identifier, the paper's page and the links share slots, so they are written together: a corrected
identifier moves the pages of the paper itself, and every other link stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from zoterodigest.core.values.record import EMPTY, Fields, Hyperlink, Links, Value, is_empty
from zoterodigest.digest.read.reading import decoded
from zoterodigest.digest.read.references import is_own_page
from zoterodigest.digest.read.slots import Slot
from zoterodigest.digest.write.links import links_texts
from zoterodigest.digest.write.shown import Unwritable, safe_url

REFERENCES = ("arxiv", "doi", "url", "links")
"""The fields that are written together."""

LISTED = ("links", "code", "tail")
"""The slots that hold links."""

_NAMED = ("arxiv", "doi", "chips")


def with_moved_pages(fields: Fields, asked: Fields) -> Fields:
    """Return `fields` with the pages of the paper itself moved to the identifiers in `asked`."""
    links = fields.get("links")
    if not isinstance(links, Links) or not any(name in asked for name in ("arxiv", "doi")):
        return fields
    return {**fields, "links": Links(tuple(_moved_links(links, fields, asked)))}


def in_moved_terms(fields: Fields, asked: Fields) -> Fields:
    """Return `asked` with those links that stand in `fields` moved as `with_moved_pages` does."""
    links, present = asked.get("links"), fields.get("links")
    if not isinstance(links, Links) or not isinstance(present, Links):
        return asked
    moved = dict(zip(present.hyperlinks, _moved_links(present, fields, asked), strict=True))
    return {**asked, "links": Links(tuple(moved.get(link, link) for link in links.hyperlinks))}


def _moved_links(links: Links, fields: Fields, asked: Fields) -> Iterator[Hyperlink]:
    move = _mover(fields, asked)
    return (Hyperlink(link.label, move(link.url)) for link in links.hyperlinks)


def references_texts(
    slots: Sequence[Slot], fields: Fields, asked: Fields, samples: Sequence[bytes] = ()
) -> list[tuple[Slot, str]]:
    """Return the new text of every slot that an identifier, a page or links are written in.

    `fields` is what the entry says, `asked` what it is to say, `samples` how neighbors write their
    links. Raises `Unwritable` for what cannot
    be written in place of what stands there.
    """
    own_slots = {slot.name for slot in slots} & {"arxiv", "doi"}
    for name in asked.keys() - {"links"}:
        _require_correction(fields.get(name), asked[name], has_slot=name in own_slots)
    move = _mover(fields, asked)
    texts = [
        (slot, safe_url(move(decoded(slot.text.data)))) for slot in slots if slot.name == "url"
    ]
    texts += [(slot, _identified(slot, fields, asked)) for slot in slots if slot.name in _NAMED]
    listed = [slot for slot in slots if slot.name in LISTED]
    present = _hyperlinks(with_moved_pages(fields, asked).get("links"))
    wanted = _hyperlinks(asked["links"]) if "links" in asked else present
    return [*texts, *zip(listed, links_texts(listed, present, wanted, move, samples), strict=True)]


def _hyperlinks(value: Value | None) -> tuple[Hyperlink, ...]:
    return value.hyperlinks if isinstance(value, Links) else ()


def _require_correction(old: Value | None, new: Value, *, has_slot: bool) -> None:
    """Refuse to add or clear an identifier that has no slot of its own."""
    if not has_slot and (old is None or is_empty(old) or is_empty(new)):
        raise Unwritable("an identifier can be corrected, not added or cleared")


def _identified(slot: Slot, fields: Fields, asked: Fields) -> str:
    """Return the new text of a slot that holds an identifier among others, or alone."""
    text, new = decoded(slot.text.data), asked.get(slot.name)
    if new is None or (fields.get(slot.name, EMPTY) != EMPTY and new != EMPTY):
        return _corrected(text, fields, asked)
    return new if isinstance(new, str) else ""


def _mover(fields: Fields, asked: Fields) -> Callable[[str], str]:
    """Return what a URL of the entry becomes; only pages of the paper itself move."""

    def move(url: str) -> str:
        page = asked.get("url")
        if isinstance(page, str) and url == fields.get("url"):
            return page
        return _corrected(url, fields, asked) if is_own_page(url, fields) else url

    return move


def _corrected(text: str, fields: Fields, asked: Fields) -> str:
    """Return `text` with the identifiers in `asked` wherever the entry's own stand in it."""
    for name, version in (("arxiv", r"(?:v\d{1,3})?"), ("doi", "")):
        old, new = fields.get(name), asked.get(name)
        if isinstance(old, str) and isinstance(new, str) and old:
            parts = re.split(re.escape(old) + version, text, flags=re.IGNORECASE)
            text = new.join(parts)
    return text
