"""Anchors: links within a digest to its headings, which follow a heading that gets another name.

GitHub makes a heading's anchor of its text: small letters, blanks as hyphens, most signs left off,
and a number behind what stood there before.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from urllib.parse import quote, unquote

from zoterodigest.core.values.span import Edit, Span
from zoterodigest.digest.read.found import is_heading
from zoterodigest.digest.read.lines import Lines

_LINK = re.compile(rb"\[([^\[\]\n]*)\]\(#([^()\s]+)\)|\bhref=[\"']#([^\"'\s<>]+)[\"']", re.I)
_OWN = re.compile(rb"<[a-z][^<>]*?\b(?:id|name)=[\"']?([^\"'\s<>]+)", re.I)
_LINKED = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")
_TAG = re.compile(r"<[^<>]*>")


def anchor_edits(lines: Lines, old: Sequence[str], new: Sequence[str]) -> Iterator[Edit]:
    """Yield the edits that let links lead to where they lead now, once `old` headings are `new`.

    The texts of links that say a heading's old name say the new one. Links in entries stay, and
    those to an anchor that the digest itself sets.
    """
    if b"#" not in lines.source or old == new:
        return
    own = {_folded(found[1]) for found in _OWN.finditer(lines.source)}
    pairs = zip(anchors(old), anchors(new), old, new, strict=True)
    moved = {before: rest for before, *rest in pairs if before not in own}
    for found in _LINK.finditer(lines.source):
        group = 2 if found[2] is not None else 3
        line = lines.line_at(found.start())
        # A heading is its text as it is written: with another address in it it would be another.
        if not lines.is_open(line) or is_heading(lines[line]):
            continue
        after, says, will_say = moved.get(_folded(found[group]), ("", "", ""))
        if not after or _folded(found[group]) == after:
            continue
        is_quoted = b"%" in found[group]
        yield Edit(Span(*found.span(group)), (quote(after) if is_quoted else after).encode())
        if group == 2 and found[1].decode().strip() == says and not {*"[]"} & {*will_say}:
            yield Edit(Span(*found.span(1)), found[1].replace(says.encode(), will_say.encode()))


def anchors(headings: Sequence[str]) -> list[str]:
    """Return the anchor of each heading of a digest, in their order."""
    used = Counter[str]()
    found: list[str] = []
    for heading in headings:
        anchor = plain = _anchor(heading)
        while anchor in used:
            used[plain] += 1
            anchor = f"{plain}-{used[plain]}"
        used[anchor] = 0
        found.append(anchor)
    return found


def _anchor(heading: str) -> str:
    text = _TAG.sub("", _LINKED.sub(r"\1", heading)).strip().lower()
    kept = (char for char in text if char in " -_" or unicodedata.category(char)[0] in "LMN")
    return "".join(kept).replace(" ", "-")


def _folded(anchor: bytes) -> str:
    return unquote(anchor.decode()).lower()
