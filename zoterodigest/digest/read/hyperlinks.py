"""Links in a slot's text: Markdown links with or without double brackets, `<a href>`, bare URLs."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from zoterodigest.core.values.record import Hyperlink
from zoterodigest.digest.format.pattern import Pattern


@dataclass(frozen=True, slots=True)
class LinkSpan:
    """A link in a text: half-open byte offsets of the whole, its label and its URL.

    A bare URL's label is the empty range before it.
    """

    whole: tuple[int, int]
    label: tuple[int, int]
    url: tuple[int, int]


_MARKDOWN = Pattern(
    r"!?\[(?P<name>(?:[^\[\]]|\[(?:[^\[\]]|\[[^\[\]]*\])*\](?:\([^()]*\))?)*)\]"
    r"\([ \t]*<?(?P<url>(?:[^()\s<>]|\([^()\s]*\))*)>?(?:[ \t]+\"[^\"]*\")?[ \t]*\)"
)
_ANCHOR = re.compile(
    rb"<a\b[^<>]*?\bhref\s*=\s*[\"']?([^\"'\s<>]*)[\"']?[^<>]*>([^<]*)</a\s*>", re.I
)
_BARE = re.compile(rb"(?<![\w(\[<\"'=/])https?://[^\s<>|\]\"'`]+", re.I)
_LABEL = re.compile(r"^[\[\s*_`]*!?\[?([^\[\]]*)\]?(?:\([^()]*\))?[\]\s*_`]*$")


def find_links(data: bytes) -> list[LinkSpan]:
    """Return every link in `data` in order; an image outside a link is none."""
    spans = [
        LinkSpan((match.start, match.end), match.groups["name"], match.groups["url"])
        for match in _MARKDOWN.finditer(data)
        if data[match.start : match.start + 1] != b"!"
    ]
    spans += [
        LinkSpan(found.span(), found.span(2), found.span(1)) for found in _ANCHOR.finditer(data)
    ]
    spans.sort(key=lambda span: span.whole)
    starts = [span.whole[0] for span in spans]
    bare = [span for span in _bare_links(data) if not _is_within(span, spans, starts)]
    return sorted((*spans, *bare), key=lambda span: span.whole)


def hyperlink(data: bytes, span: LinkSpan) -> Hyperlink:
    """Return the link at `span`: label without brackets and marks, entities of the URL resolved."""
    label = data[slice(*span.label)].decode("utf-8", "replace")
    inner = _LABEL.match(label)
    url = data[slice(*span.url)].decode("utf-8", "replace")
    return Hyperlink((inner[1] if inner else label).strip(), html.unescape(url).strip())


def _bare_links(data: bytes) -> Iterator[LinkSpan]:
    for found in _BARE.finditer(data):
        start, end = found.start(), found.start() + len(found[0].rstrip(b".,;:!?)*_"))
        yield LinkSpan((start, end), (start, start), (start, end))


def _is_within(span: LinkSpan, spans: Sequence[LinkSpan], starts: Sequence[int]) -> bool:
    at = bisect_right(starts, span.whole[0]) - 1
    return at >= 0 and span.whole[0] < spans[at].whole[1]
