"""Short titles: what people call a work beside its title, and the beginning of one."""

from __future__ import annotations

from zoterodigest.core.values.identity import canonical_title

_MOST_WORDS = 3
_SIGNS = " .:;,?!'\"-"


def begins_title(short_title: str, title: str) -> bool:
    """Tell whether a short title is no more than the first words of a title.

    Zotero gives what it saves from the web such a short title by itself: all up to the first colon
    or question mark. Nobody chose it.
    """
    words = canonical_title(short_title).rstrip(_SIGNS) if short_title else ""
    if not words:  # nearly always (export: 8 %)
        return False
    whole = canonical_title(title)
    behind = whole[len(words) : len(words) + 1]
    # "Swin" is another name than the beginning of "Swin-Unet: …".
    return whole.startswith(words) and not (behind.isalnum() or behind == "-")


def is_name(short_title: str, title: str) -> bool:
    """Tell whether a list would put a short title before its title: it may repeat little of it."""
    return len(short_title.split()) <= _MOST_WORDS or not begins_title(short_title, title)
