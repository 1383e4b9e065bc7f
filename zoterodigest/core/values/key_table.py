"""Keys: what people call the fields of a paper where they write them as `key: value`.

Headings compare like them. Below one heading text is private, wherever it stands: in a note of
Zotero it stays in the library, in a file of a vault it stays in the file.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from zoterodigest.frozen import frozen
from zoterodigest.regex import lazy_regex

# One pattern, not a look at each letter: reading a digest of 450 entries folds 7,000 labels.
_WORD = lazy_regex(r"[^\W_]+")
_VARIANT = lazy_regex(r"(.+?) ?[(（][^()（）]{1,30}[)）]\s*")


@lru_cache(maxsize=1_000)  # most labels of a digest are those of the entry before
def folded_key(text: str) -> str:
    """Return a key without case, emphasis and the signs between its words."""
    return " ".join(_WORD.findall(text.casefold())) or text.strip()


def first_word(text: str) -> str:
    """Return the first word of a key as `folded_key` has it."""
    # Not a slice of that: most texts that are asked for it are titles, and none comes twice.
    found = _WORD.search(text.casefold())
    return found[0] if found else next(iter(text.split()), "")


@frozen()
class KeyTable:
    """Which slot each key stands for, by the folded key; `identity` are those of Zotero items."""

    slots: Mapping[str, str]
    identity: Mapping[str, str]

    @staticmethod
    def of(slots: Mapping[str, Iterable[str]], identity: Mapping[str, Iterable[str]]) -> KeyTable:
        """Return the table in which each slot has these keys; of two slots the first counts."""
        return KeyTable(_by_key(slots), _by_key(identity))

    def slot(self, key: str) -> str | None:
        """Return the slot of a key as written; None if the table lacks it.

        `Code (PyTorch)` is one more `Code`, a Zotero key is left alone.
        """
        folded = folded_key(key)
        known = self.slots.get(folded) or ("ignored" if folded in self.identity else None)
        if known is None and (found := _VARIANT.fullmatch(key)):
            return self.slots.get(folded_key(found[1]))
        return known


def _by_key(names: Mapping[str, Iterable[str]]) -> dict[str, str]:
    pairs = ((folded_key(key), slot) for slot, keys in names.items() for key in keys)
    return dict(reversed([*pairs]))


PRIVATE_HEADING = "Private"


def folded_heading(text: str) -> str:
    """Return a heading without case, emphasis, the signs between its words and invisible ones."""
    if text.isascii():
        return folded_key(text)
    # An invisible sign in the heading must not publish what stands below it.
    return folded_key("".join(sign for sign in text if unicodedata.category(sign) != "Cf"))
