"""Tags that a person gives to papers, as both a note and an item can have them."""

from __future__ import annotations

from zoterodigest.regex import lazy_regex

TAGS = "tags"
"""The field of a person's own tags: only notes of vaults carry it, and items if one does."""

_SPELLED = lazy_regex(r"(?!\d+$)[\w/-]+")


def in_one_word(text: str) -> str:
    """Return a tag as Obsidian spells it: `machine learning` is `machine-learning` there."""
    return "-".join(text.split())


def is_tag_of_notes(text: str) -> bool:
    """Tell whether Obsidian can spell a tag: of letters and digits, `_`, `-` and `/`.

    A number alone is none. Such a tag stays where it is.
    """
    return _SPELLED.fullmatch(in_one_word(text)) is not None
