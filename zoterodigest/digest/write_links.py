"""The new text of slots that hold links: each link is changed, filled, added or taken out alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from zoterodigest.core.record import Hyperlink
from zoterodigest.digest.hyperlinks import LinkSpan, find_links, hyperlink
from zoterodigest.digest.reading import decoded
from zoterodigest.digest.shapes import NOTHING
from zoterodigest.digest.shown import Unwritable, safe_url
from zoterodigest.digest.slots import Slot
from zoterodigest.digest.write_html import inert_line

_Piece = tuple[int, int, bytes]
_WEB = re.compile(r"https?://[^/?#]", re.IGNORECASE)


def _in_place(url: str) -> str:
    return url


def links_texts(
    slots: Sequence[Slot],
    present: Sequence[Hyperlink],
    wanted: Sequence[Hyperlink],
    move: Callable[[str], str] = _in_place,
) -> list[str]:
    """Return the new text of each of `slots`, which are to show `wanted`.

    `present` is what they show once `move` has been applied to every URL. A new URL is written in
    place, a dead link filled; what fits nowhere is added to the last slot. Raises `Unwritable` for
    a new link that is no web address, or whose label is HTML.
    """
    gone = [link for link in present if link not in wanted]
    left = [link for link in wanted if link not in present]
    _require_harmless(left)
    texts: list[str] = []
    for index, slot in enumerate(slots):
        pieces, left = _changes(slot, gone, left, move)
        if left and index == len(slots) - 1:
            pieces.append(_addition(slot, left))
        texts.append(decoded(_spliced(slot.text.data, pieces)))
    return texts


def _require_harmless(links: Sequence[Hyperlink]) -> None:
    for link in links:
        if not _WEB.match(link.url):
            raise Unwritable(f"“{link.label}” would lead to no web address")
        if inert_line(link.label, "") != link.label:
            raise Unwritable("the label of a link holds HTML")


def _changes(
    slot: Slot,
    gone: Sequence[Hyperlink],
    new: Sequence[Hyperlink],
    move: Callable[[str], str],
) -> tuple[list[_Piece], list[Hyperlink]]:
    """Return what changes in a slot, and the new links that are still to be written elsewhere."""
    data, left = slot.text.data, list(new)
    pieces: list[_Piece] = []
    spans = find_links(data)
    for index, span in enumerate(spans):
        link = hyperlink(data, span)
        label, url = link.label or slot.section or "", move(link.url)
        if link.url and Hyperlink(label, url) not in gone:
            pieces += [(*span.url, safe_url(url).encode())] if url != link.url else []
            continue
        successor = next((it for it in left if it.label.casefold() == label.casefold()), None)
        if successor is not None:
            left.remove(successor)
            pieces.append((*span.url, safe_url(successor.url).encode()))
        elif link.url:
            pieces.append((*_with_separator(data, spans, index), b""))
    return pieces, left


def _spliced(data: bytes, pieces: Sequence[_Piece]) -> bytes:
    for start, end, text in sorted(pieces, reverse=True):
        data = data[:start] + text + data[end:]
    return data


def _with_separator(data: bytes, spans: Sequence[LinkSpan], index: int) -> tuple[int, int]:
    start, end = spans[index].whole
    if index:
        return spans[index - 1].whole[1], end
    if len(spans) > 1:
        return start, spans[1].whole[0]
    return (len(data[:start].rstrip()) if end == len(data) else start), end


def _addition(slot: Slot, links: Sequence[Hyperlink]) -> _Piece:
    """Return where and how new links are added: as the last link there is written."""
    data = slot.text.data
    spans = find_links(data)
    is_doubled = bool(spans) and data[spans[-1].whole[0] :].startswith(b"[[")
    frame = "[[{}]]({})" if is_doubled else "[{}]({})"
    texts = [frame.format(link.label, safe_url(link.url)).encode() for link in links]
    if spans:
        end = spans[-1].whole[1]
        gap = (
            data[spans[-2].whole[1] : spans[-1].whole[0]]
            if len(spans) > 1
            else b" "
            if is_doubled
            else b", "
        )
        return end, end, b"".join(gap + text for text in texts)
    if data.strip().lower() in NOTHING and slot.name != "tail":
        return 0, len(data), b", ".join(texts)
    return len(data), len(data), b" " + b", ".join(texts)
