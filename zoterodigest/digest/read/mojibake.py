"""Mojibake: text that was written in UTF-8 and once read in another encoding."""

from __future__ import annotations

import re
from collections.abc import Iterator

from zoterodigest.regex import lazy_regex

# A sign of UTF-8 that was read in a table of 256 signs is two to four of these, or a control
# character. Text without them needs no look, and a digest without them no ftfy (70 ms to import).
# Chinese doubles its dash and its dots. The pattern begins with one set of signs: as a choice of
# two it takes five times as long.
_TABLED = "\u0080-\u25ca\uf8ff\ufb01\ufb02"
_SUSPECT = lazy_regex(f"[{_TABLED}\ufffd](?:[{_TABLED}](?<!——)(?<!……)|(?<=[\u0080-\u009f\ufffd]))")
# Not \S: a no-break space is a part of many a sign that was read wrongly.
_WORD = lazy_regex(r"[^ \t\r\n]+")
_LOST = "\ufffd"


def mojibake_in(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield each run that was read in a wrong encoding: where it begins, it, and what was meant.

    What was meant is "" if nobody can tell.
    """
    if text.isascii() or not _SUSPECT.search(text):
        return
    from ftfy.badness import is_bad

    for found in _WORD.finditer(text):
        word = found[0]
        if not _SUSPECT.search(word):
            continue
        meant = _meant(word)
        if meant != word:
            start, end = _apart(word, meant)
            yield (
                found.start() + start,
                word[start:end],
                meant[start : len(meant) - len(word) + end],
            )
        elif _LOST in word or is_bad(word):
            yield found.start(), word, ""


def _meant(word: str) -> str:
    """Return a word as it was before it was read wrongly, itself if it was not or nobody knows."""
    from ftfy import TextFixerConfig, fix_encoding

    # Signs of which a byte is lost would become one that says so, and nothing were mended.
    meant = fix_encoding(word, TextFixerConfig(replace_lossy_sequences=False))
    meant = _LONG_RUN.sub(_from_mac_roman, meant)
    return meant if meant.isprintable() else word


_LONG_RUN = lazy_regex("[\u00a0-\u25ca\uf8ff\ufb01\ufb02]{3,}")


def _from_mac_roman(run: re.Match[str]) -> str:
    """Return a run as it was before it was read as Mac OS Roman.

    Pictures and arrows look no worse to ftfy then. By chance three such signs are no valid UTF-8.
    """
    try:
        return run[0].encode("mac_roman").decode()
    except UnicodeError:
        return run[0]


def _apart(word: str, meant: str) -> tuple[int, int]:
    """Return between which places of `word` it differs from `meant`, which has a sign there too."""
    most = len(meant) - 1
    start = next((at for at in range(most) if meant[at] != word[at]), most)
    same = next((at for at in range(most - start) if meant[-1 - at] != word[-1 - at]), most - start)
    return start, len(word) - same
