"""The new text of slots that hold links or identifiers.

Each link is changed, filled, added or removed alone. An identifier, the paper's page and the links
share slots, so they are written together: a corrected identifier moves the pages of the paper
itself, and every other link stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from zoterodigest.core.values.record import (
    EMPTY,
    Fields,
    Hyperlink,
    WebLinks,
    is_empty,
    plain_text,
)
from zoterodigest.core.values.span import Edit, Span
from zoterodigest.digest.format.template import fill, parse_line
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.read.layers import source_text
from zoterodigest.digest.read.references import (
    LinkSpan,
    find_links,
    hyperlink,
    is_own_page,
    stated_links,
)
from zoterodigest.digest.read.shapes import NOTHING
from zoterodigest.digest.read.slots import Slot, decoded
from zoterodigest.digest.write.html import inert_line
from zoterodigest.digest.write.shown import UnwritableValue, safe_url
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

Style = tuple[str, str]
"""How a link is written, and what parts two."""

_PLAIN_STYLE = ("[{name}]({url})", " ")
_Piece = tuple[int, int, bytes]
_PAIRS = {b"(": b")", b"[": b"]", b"*": b"*", b"_": b"_", b"`": b"`"}
_ENDS = (b".", b",", b";", b":", b")", b"]")
_SIGNS = b" \t,;|"
_SEPARATOR = lazy_regex(r"[\s,;|/&.:·–—-]*(?:\b(?:or|and)\b)?[\s,;|/&-]*")
_BRACKETS = lazy_regex(rb"\][\s,;|/&-]*\[|\)[\s,;|/&-]*\(")
"""What parts two links in a slot whose outer brackets are not its own: `a] [b`."""
_LAST_SIGNS = lazy_regex(rb"[ \t,;|/]*$")
_WRAPPINGS = (b"<", b">"), (b"[", b")")
_ARXIV_LABEL = lazy_regex(r"^arxiv ?: ?", re.IGNORECASE)
_WEB = lazy_regex(r"https?://[^/?#]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LinkManner:
    """How links are written: as in the neighbors' `samples`, else in the format's `style`."""

    samples: tuple[bytes, ...] = ()
    style: Style = ("[{name}]({url})", ", ")


def links_texts(
    slots: Sequence[Slot],
    present: Sequence[Hyperlink],
    wanted: Sequence[Hyperlink],
    move: Callable[[str], str],
    manner: LinkManner,
) -> list[str]:
    """Return the new text of each of `slots`, which are to show `wanted`.

    `present` is what they show once `move` has been applied to every URL. A new URL is written in
    place, a dead link filled; what fits nowhere is added to the last slot, in the `manner` of the
    entries around. Raises `Unwritable` for a new link that is no web address, or whose label is
    HTML.
    """
    gone = [link for link in present if link not in wanted]
    left = [link for link in wanted if link not in present]
    _require_harmless(left)
    texts: list[str] = []
    for index, slot in enumerate(slots):
        pieces, left = _changes(slot, gone, left, move)
        data = slot.text.data
        # From the end, so that the offsets of those before stay true.
        for start, end, text in sorted(pieces, reverse=True):
            data = data[:start] + text + data[end:]
        if left and index == len(slots) - 1:
            data = _with_links(slot, data, left, manner)
        texts.append(decoded(data))
    return texts


def new_links_text(links: Sequence[Hyperlink], manner: LinkManner) -> str:
    """Return the text of links in a slot of their own, in the `manner` of the entries around.

    Raises `Unwritable` as `links_texts` does.
    """
    _require_harmless(links)
    return decoded(_with_links(links_slot(b""), b"", links, manner))


def links_slot(data: bytes) -> Slot:
    """Return a slot of links that stands in no digest yet."""
    return Slot("links", source_text(data, Span(0, len(data))))


def _require_harmless(links: Sequence[Hyperlink]) -> None:
    for link in links:
        # A library is outside input: a `javascript:` URL must not become a link of the digest.
        if not _WEB.match(link.url):
            raise UnwritableValue(f"“{link.label}” would lead to no web address")
        if inert_line(link.label, "") != link.label:
            raise UnwritableValue("the label of a link holds HTML")


def _changes(
    slot: Slot,
    gone: Sequence[Hyperlink],
    new: Sequence[Hyperlink],
    move: Callable[[str], str],
) -> tuple[list[_Piece], list[Hyperlink]]:
    """Return what changes in a slot, and the new links that are still to be written elsewhere."""
    data, left = slot.text.data, list(new)
    pieces: list[_Piece] = []
    doomed: list[int] = []
    spans = find_links(data)
    for index, span in enumerate(spans):
        link = hyperlink(data, span)
        label, url = link.label or slot.section or "", move(link.url)
        if link.url and Hyperlink(label, url) not in gone:
            pieces += _readdressed(data, span, url) if url != link.url else []
            continue
        successor = next((it for it in left if it.label.casefold() == label.casefold()), None)
        # A link of the same label is changed in place: its form and its place in the row stay.
        if successor is not None:
            left.remove(successor)
            pieces += _readdressed(data, span, successor.url)
        elif link.url:
            doomed.append(index)
    return [*pieces, *_removals(data, spans, doomed)], left


def _readdressed(data: bytes, span: LinkSpan, url: str) -> Iterator[_Piece]:
    """Yield what gives a link another address, also where it is called by it."""
    new = safe_url(url).encode()
    if data[slice(*span.label)] == data[slice(*span.url)]:
        yield *span.label, new
    yield *span.url, new


def _removals(data: bytes, spans: Sequence[LinkSpan], doomed: Sequence[int]) -> Iterator[_Piece]:
    """Yield what takes out links, neighboring ones together, with their brackets and separators."""
    for _, group in groupby(enumerate(doomed), key=lambda it: it[1] - it[0]):
        run = [index for _, index in group]
        before = spans[run[0] - 1].whole[1] if run[0] else 0
        after = spans[run[-1] + 1].whole[0] if run[-1] + 1 < len(spans) else len(data)
        start, end = spans[run[0]].whole[0], spans[run[-1]].whole[1]
        start, end = with_brackets(data, (start, end), (before, after))
        left, right = data[before:start], data[end:after]
        if run[0] and end == len(data) and _BRACKETS.fullmatch(left):
            start = before
        elif not run[0] and start == 0 and _BRACKETS.fullmatch(right):
            end = after
        elif run[0] and not _opens(left):
            start = before if _is_separator(left) else before + len(left.rstrip(_SIGNS))
        elif run[-1] + 1 < len(spans):
            end = after if _is_separator(right) else after - len(right.lstrip(_SIGNS))
        elif not right.strip():
            start = before + len(left.rstrip(_SIGNS))
        elif not left.strip():
            end = after - len(right.lstrip(_SIGNS))
        elif right.lstrip()[:1] in _ENDS:
            start = before + len(left.rstrip())
        yield start, end, b""


def with_brackets(data: bytes, span: tuple[int, int], room: tuple[int, int]) -> tuple[int, int]:
    """Return `span` with the brackets and marks that hold nothing else, as far as `room` goes."""
    start, end = span
    while room[0] < start and end < room[1]:
        if _PAIRS.get(data[start - 1 : start]) != data[end : end + 1]:
            break
        start, end = start - 1, end + 1
    return start, end


def _is_separator(gap: bytes) -> bool:
    return _SEPARATOR.fullmatch(decoded(gap)) is not None


def _opens(gap: bytes) -> bool:
    """Whether a bracket that `gap` opens is still open at its end."""
    brackets = ((b"(", b")"), (b"[", b"]"))
    return any(gap.rfind(opening) > gap.rfind(closing) for opening, closing in brackets)


def _with_links(slot: Slot, data: bytes, links: Sequence[Hyperlink], manner: LinkManner) -> bytes:
    """Return `data` with new links: as neighbors write them, else as the last link of the slot."""
    for link in links:
        spans = find_links(data)
        style = manner.style if spans else _PLAIN_STYLE
        frame, default_gap = link_style((slot.text.data, data, *manner.samples), style)
        if not spans and data.strip().lower() in NOTHING and slot.name != "tail":
            data = b""
        sample = next((found for text in manner.samples if (found := _sample(text, link))), None)
        gap, text = sample or (default_gap.encode(), written_link(frame, link).encode())
        end = spans[-1].whole[1] if spans else len(data)
        is_within = data.count(b"[", 0, end) > data.count(b"]", 0, end) or _opens(data[:end])
        if spans and sample is not None and is_within and not _opens(gap):
            end = with_brackets(data, spans[-1].whole, (0, len(data)))[1]
        is_first = not data and slot.name != "tail"  # what stands before a tail is the title
        between = b"" if is_first else gap or b" "
        data = data[:end] + between + text + data[end:]
    return data


def written_link(frame: str, link: Hyperlink) -> str:
    """Return a link as `frame` writes one: `[{name}]({url})`."""
    return fill(parse_line(frame), {"name": link.label, "url": safe_url(link.url)})


def _sample(data: bytes, link: Hyperlink) -> tuple[bytes, bytes] | None:
    """Return how `data` writes a link of this label: the separator before it, and the link."""
    spans = find_links(data)
    for index, span in enumerate(spans):
        found = hyperlink(data, span)
        if found.label != link.label or not found.url or span.label[0] == span.label[1]:
            continue
        before = spans[index - 1].whole[1] if index else 0
        after = spans[index + 1].whole[0] if index + 1 < len(spans) else len(data)
        start, end = with_brackets(data, span.whole, (before, after))
        text = data[start : span.url[0]] + safe_url(link.url).encode() + data[span.url[1] : end]
        gap = data[before:start]
        return (gap if _is_separator(gap) else _LAST_SIGNS.findall(gap)[0]), text
    return None


def link_style(samples: Iterable[bytes], default: Style) -> Style:
    """Return how the first of `samples` with links that have labels writes one, and what parts two.

    If it has one link alone, the next that writes links so and has two shows what parts them,
    else the `default`, if it writes links so.
    """
    frame = ""
    for data in samples:
        spans = find_links(data)
        if spans and (own := _frame_at(data, spans[0].whole[0])):
            gap = data[spans[0].whole[1] : spans[1].whole[0]] if spans[1:] else b""
            # Words between the links of another entry are about its paper.
            if gap and (not frame or (own == frame and _is_separator(gap))):
                return own, decoded(gap)
            frame = frame or own
    usual = " " if frame.startswith("[[") else ", "
    return (frame, usual) if frame and frame != default[0] else default


def _frame_at(data: bytes, start: int) -> str:
    """Return how the link at `start` is written; "" for an address alone."""
    if data.startswith(b"[[", start):
        return "[[{name}]]({url})"
    if data.startswith(b"[", start):
        return "[{name}]({url})"
    is_html = data[start : start + 2].lower() == b"<a"
    return '<a href="{url}">{name}</a>' if is_html else ""


def titling_edit(document: Document, entry: DigestEntry, title: str) -> Edit:
    """Return the edit that makes a linked title of what an entry without one is known by.

    An address stays as it is, and so do the version of a paper on arXiv and a remark behind it.
    """
    spans = [slot.span for slot in entry.slots if slot.name != "summary"]
    start, end = min(span.start for span in spans), max(span.end for span in spans)
    source = document.source
    for opening, closing in _WRAPPINGS:
        if source[start - 1 : start] == opening and source[end : end + 1] == closing:
            start, end = start - 1, end + 1
    texts = {slot.name: slot.words for slot in entry.slots}
    address = texts.get("url")
    if not address and (arxiv := texts.get("arxiv")):
        address = f"https://arxiv.org/abs/{_ARXIV_LABEL.sub('', arxiv)}"
    address = address or f"https://doi.org/{entry.reading.fields.get('doi', '')}"
    return Edit(Span(start, end), f"[{title}]({address})".encode("utf-8", "replace"))


REFERENCES = ("arxiv", "doi", "url", "links")
"""The fields that are written together."""

LISTED = ("links", "code", "tail")
"""The slots that hold links."""

_NAMED = ("arxiv", "doi", "chips")


def with_moved_pages(fields: Fields, asked: Fields) -> Fields:
    """Return `fields` with the pages of the paper itself moved to the identifiers in `asked`."""
    links = fields.get("links")
    if not isinstance(links, WebLinks) or not any(name in asked for name in ("arxiv", "doi")):
        return fields
    return {**fields, "links": WebLinks(tuple(_moved_links(links, fields, asked)))}


def in_moved_terms(fields: Fields, asked: Fields) -> Fields:
    """Return `asked` with those links that stand in `fields` moved as `with_moved_pages` does."""
    links, present = asked.get("links"), fields.get("links")
    if not isinstance(links, WebLinks) or not isinstance(present, WebLinks):
        return asked
    moved = dict(zip(present.hyperlinks, _moved_links(present, fields, asked), strict=True))
    return {**asked, "links": WebLinks(tuple(moved.get(link, link) for link in links.hyperlinks))}


def _moved_links(links: WebLinks, fields: Fields, asked: Fields) -> Iterator[Hyperlink]:
    move = _mover(fields, asked)
    return (Hyperlink(link.label, move(link.url)) for link in links.hyperlinks)


def references_texts(
    slots: Sequence[Slot], fields: Fields, asked: Fields, manner: LinkManner
) -> list[tuple[Slot, str]]:
    """Return the new text of every slot that an identifier, a page or links are written in.

    `fields` is what the entry says, `asked` what it is to say, `manner` how the entries around
    write their links. Raises `Unwritable` for links that can't take the place of the old ones.
    """
    own_slots = {slot.name for slot in slots} & {"arxiv", "doi"}
    for name in asked.keys() - {"links"} - own_slots:
        # Without a slot of its own an identifier stands in links, and only there it can change.
        if is_empty(fields.get(name, EMPTY)) or is_empty(asked[name]):
            raise UnwritableValue("an identifier can be corrected, not added or cleared")
    move = _mover(fields, asked)
    texts = [(slot, safe_url(move(slot.words))) for slot in slots if slot.name == "url"]
    texts += [(slot, _identified(slot, fields, asked)) for slot in slots if slot.name in _NAMED]
    listed = [slot for slot in slots if slot.name in LISTED]
    present = stated_links(with_moved_pages(fields, asked))
    wanted = stated_links(asked) if "links" in asked else present
    return [*texts, *zip(listed, links_texts(listed, present, wanted, move, manner), strict=True)]


def _identified(slot: Slot, fields: Fields, asked: Fields) -> str:
    """Return the new text of a slot that holds an identifier among others, or alone."""
    text, new = slot.words, asked.get(slot.name)
    if new is None or (fields.get(slot.name, EMPTY) != EMPTY and new != EMPTY):
        return _corrected(text, fields, asked)
    return plain_text(new)


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
