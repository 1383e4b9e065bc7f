"""Keys of the objects that zoterodigest creates, derived from what they are.

A key that can be derived again shows, without a lock file, that zoterodigest made the object
(law 8). A run that creates the same object again after a crash finds the first one (law 3).
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from hashlib import blake2b
from itertools import count

from zoterodigest.core.values.identity import Identifier, match_title

ALPHABET = "23456789ABCDEFGHIJKLMNPQRSTUVWXYZ"
"""The signs of a Zotero object key; a key has eight."""

_LENGTH = 8
KEY_PATTERN = f"[{ALPHABET}]{{{_LENGTH}}}"


def derived_key(*parts: str) -> str:
    """Return the key that stands for `parts`, always the same one."""
    digest = blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).digest()
    number = int.from_bytes(digest, "big")
    signs = []
    for _ in range(_LENGTH):
        number, sign = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[sign])
    # A change here would make objects in libraries unknown as ours (ADR 2, law 8).
    return "".join(signs)


def free_key(taken: Container[str], *parts: str) -> str:
    """Return the first key derived from `parts` that is not taken."""
    for attempt in count():
        # No number at first: the usual key must follow from the name alone (law 8).
        key = derived_key(*parts, *(str(attempt) for _ in range(attempt > 0)))
        if key not in taken:
            return key
    raise AssertionError("unreachable: count() does not end")


def item_names(identifiers: Iterable[Identifier], title: str) -> tuple[str, ...]:
    """Return the names from which the key of an item may be derived, the preferred one first."""
    # A page comes last: it is the least sure name of a work.
    ordered = sorted(identifiers, key=lambda one: (one.is_page, one))
    return (
        *map(str, ordered),
        f"title:{match_title(title)}",
    )


def item_key(taken: Container[str], identifiers: Iterable[Identifier], title: str) -> str:
    """Return a free key for a new item of this identity."""
    return free_key(taken, "item", item_names(identifiers, title)[0])


def is_our_item(key: str, identifiers: Iterable[Identifier], title: str) -> bool:
    """Tell whether `key` is one that the tool gives to an item of this identity."""
    return any(
        key in (derived_key("item", name), derived_key("item", name, "1"))
        for name in item_names(identifiers, title)
    )


def free_note_key(taken: Container[str], row_id: str) -> str:
    """Return a free key for a new note of the row `row_id`."""
    return free_key(taken, "note", row_id)


def note_key(row_id: str) -> str:
    """Return the key of the note that the tool creates for the row `row_id`."""
    return derived_key("note", row_id)
