"""Anchors: links within a digest to its headings, which follow a heading that gets another name.

GitHub makes a heading's anchor of the text that it shows: small letters, blanks as hyphens, most
signs left off, and a number behind what stood there before.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from urllib.parse import quote, unquote

from zoterodigest.core.values.span import Edit, Span
from zoterodigest.digest.read.found import is_heading
from zoterodigest.digest.read.heading_names import name_of_heading, shown_in_heading
from zoterodigest.digest.read.lines import Lines
from zoterodigest.regex import lazy_regex

_LINK = lazy_regex(rb"\[([^\[\]\n]*)\]\(#([^()\s]+)\)|\bhref=[\"']#([^\"'\s<>]+)[\"']", re.I)
_OWN = lazy_regex(rb"<[a-z][^<>]*?\b(?:id|name)=[\"']?([^\"'\s<>]+)", re.I)


def anchor_edits(lines: Lines, old: Sequence[str], new: Sequence[str]) -> Iterator[Edit]:
    """Yield the edits that let links lead to where they lead now, once `old` headings are `new`.

    Both are the headings as they are written. The texts of links that say a heading's old name say
    the new one. Links in entries stay, and those to an anchor that the digest itself sets.
    """
    if b"#" not in lines.source or old == new:
        return
    own = {_folded(found[1]) for found in _OWN.finditer(lines.source)}
    names = ([name_of_heading(one).text for one in some] for some in (old, new))
    pairs = zip(anchors(old), anchors(new), *names, strict=True)
    moved = {before: rest for before, *rest in pairs if before not in own}
    for found in _LINK.finditer(lines.source):
        group = 2 if found[2] is not None else 3
        line = lines.line_at(found.start())
        if not lines.is_open(line):
            continue
        after, says, will_say = moved.get(_folded(found[group]), ("", "", ""))
        if not after or _folded(found[group]) == after:
            continue
        is_quoted = b"%" in found[group]
        yield Edit(Span(*found.span(group)), (quote(after) if is_quoted else after).encode())
        # The text of a heading is its own name, whatever it leads to.
        if group == 3 or is_heading(lines[line]):
            continue
        if found[1].decode().strip() == says and not {*"[]"} & {*will_say}:
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
    # Blanks before a badge count: `# Models [![…](…)](…)` has the anchor `#models-`.
    text = shown_in_heading(heading).lower()
    kept = (char for char in text if char in " -_" or unicodedata.category(char)[0] in "LMN")
    return "".join(kept).replace(" ", "-")


def _folded(anchor: bytes) -> str:
    return unquote(anchor.decode()).lower()
