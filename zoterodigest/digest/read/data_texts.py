"""Texts of values in JSON and YAML: quotes, escapes and folds peeled like any other wrapping.

So an edit changes the bytes of what changed, in the quotes that stand there. A text that stands in
its file otherwise than the layers here can tell is shown `as_it_stands`, and is only read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from itertools import pairwise

from zoterodigest.core.values.span import Edit, Span
from zoterodigest.digest.read.data_tree import DataList, DataScalar
from zoterodigest.digest.read.layers import (
    Layer,
    LayerCut,
    LayeredText,
    SourcePiece,
    SourcePieces,
    clipped,
    peel_indent,
    source_text,
)
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

PARTED = b"; "
"""What parts the values of a list where it is shown as one text."""


def as_it_stands(new: bytes) -> bytes:
    """Mark a text that can't be written: it doesn't say how its bytes come about."""
    return new


def in_the_open(new: bytes) -> bytes:
    """Write text without quotes: what would need some does not read back."""
    return new


def in_json(new: bytes) -> bytes:
    """Write text between double quotes."""
    return json.dumps(new.decode(), ensure_ascii=False)[1:-1].encode()


def in_ascii_json(new: bytes) -> bytes:
    r"""Write text between double quotes in a file that has `\u00e9` for what is not ASCII."""
    return json.dumps(new.decode())[1:-1].encode()


def in_single_quotes(new: bytes) -> bytes:
    """Write text between single quotes."""
    return new.replace(b"'", b"''")


def in_fold(new: bytes) -> bytes:
    """Write line breaks where a single one is a blank, and of several the first."""
    return _SINGLE.sub(rb"\g<0>\n", new)


def scalar_text(source: bytes, scalar: DataScalar) -> LayeredText:
    """Return the text of a value that is not null, as far as possible with where it comes from."""
    value = (scalar.value or "").encode()
    # Whether a block ends in a line break is no part of what it says.
    value = value.rstrip(b"\n") if scalar.style in ("|", ">") else value
    if not scalar.is_shared:
        found = _peeled(source, scalar)
        if found.data == value:
            return found
    return fixed_text(value, Span(scalar.start, scalar.end))


def empty_text(at: int, *, is_list: bool) -> LayeredText:
    """Return the text of a value, or of a list, that is missing behind the colon before `at`."""
    inner = (_IN_BRACKETS, in_brackets) if is_list else (in_the_open,)
    return LayeredText(b"", SourcePieces(lambda: ((), at)), (*inner, behind_colon))


def empty_items_text(at: int, lead: bytes) -> LayeredText:
    """Return the text of a list, missing behind the colon before `at`, of items on lines of their
    own: each comes behind `lead`.
    """
    items = partial(_in_list, (in_the_open,), b", ", lead, None)
    return LayeredText(b"", SourcePieces(lambda: ((), at)), (items, partial(_behind, lead)))


def _behind(lead: bytes, new: bytes) -> bytes:
    return lead + new


def empty_list_text(whole: DataList) -> LayeredText:
    """Return the text of a list between brackets that holds nothing."""
    return LayeredText(b"", SourcePieces(lambda: ((), whole.start + 1)), (_IN_BRACKETS,))


def in_brackets(new: bytes) -> bytes:
    """Write values between brackets."""
    return b"[" + new + b"]"


def behind_colon(new: bytes) -> bytes:
    """Write a value where none stands: a blank parts it from its key."""
    return b" " + new


def fixed_text(data: bytes, span: Span) -> LayeredText:
    """Return text that comes from all of `span` and can't be written."""
    pieces = (SourcePiece(0, len(data), span.start, len(span)),) if data else ()
    return LayeredText(data, SourcePieces(lambda: (pieces, span.start)), (as_it_stands,))


def _peeled(source: bytes, scalar: DataScalar) -> LayeredText:
    start, end = scalar.start, scalar.end
    match scalar.style:
        case '"':
            text = source_text(source, Span(start + 1, end - 1))
            layer = in_ascii_json if _is_escaped(source) else in_json
            return _without(text, _ESCAPED, _unescaped, layer)
        case "'":
            text = source_text(source, Span(start + 1, end - 1))
            return _without(text, _DOUBLED, _undoubled, in_single_quotes)
        case "|" | ">":
            return _block(source, scalar)
        case _:
            return _without(source_text(source, Span(start, end)), _FOLD, _unfolded, in_the_open)


# Asked for each value: to look through the whole file each time would take square time.
@lru_cache(maxsize=2)
def _is_escaped(source: bytes) -> bool:
    return source.isascii() and b"\\u" in source


_FOLD = lazy_regex(rb"[ \t]*\n[ \t\n]*")
_DOUBLED = lazy_regex(rb"''|[ \t]*\n[ \t\n]*")
_ESCAPED = lazy_regex(
    # A pair of halves is one character.
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|\\(?:u[0-9a-fA-F]{4}|[^\nux])|\\\n[ \t]*|[ \t]*\n[ \t\n]*"
)


def _unescaped(found: re.Match[bytes]) -> bytes:
    if found[0][:1] != b"\\":
        return _unfolded(found)
    if found[0][1:2] == b"\n":
        return b""
    if found[0][1:2] != b"u":
        # The other escapes are those of YAML alone.
        return _SIGNS.get(found[0][1:], found[0])
    halves = found[0].decode("unicode_escape").encode("utf-16", "surrogatepass")
    return halves.decode("utf-16", "replace").encode()


_SIGNS = {b'"': b'"', b"\\": b"\\", b"/": b"/"} | dict(
    zip((b"b", b"f", b"n", b"r", b"t"), (b"\b", b"\f", b"\n", b"\r", b"\t"), strict=True)
)


def _undoubled(found: re.Match[bytes]) -> bytes:
    return b"'" if found[0] == b"''" else _unfolded(found)


def _unfolded(found: re.Match[bytes]) -> bytes:
    return b"\n" * (found[0].count(b"\n") - 1) or b" "


_BEFORE_TEXT = lazy_regex(rb"\n*([ \t]*)")
_SINGLE = lazy_regex(rb"\n+")


def _block(source: bytes, scalar: DataScalar) -> LayeredText:
    """Return the text of a block without its indentation; what is folded shows blanks."""
    start = source.find(b"\n", scalar.start, scalar.end) + 1 or scalar.end
    text = source_text(source, Span(start, scalar.end))
    found = _BEFORE_TEXT.match(text.data)
    bare = peel_indent(text, len(found[1]) if found else 0)
    return bare if scalar.style == "|" else _without(bare, _SINGLE, _unfolded, in_fold)


def _without(
    text: LayeredText,
    pattern: re.Pattern[bytes],
    shown: Callable[[re.Match[bytes]], bytes],
    layer: Layer,
) -> LayeredText:
    def cuts() -> list[LayerCut]:
        return [LayerCut(*found.span(), shown(found)) for found in pattern.finditer(text.data)]

    return text.peeled(pattern.sub(shown, text.data), cuts, layer)


def list_text(
    source: bytes, whole: DataList, items: Sequence[DataScalar], parted: bytes = PARTED
) -> LayeredText:
    """Return the values of a list as one text.

    It can be written if all are quoted alike. If not, and none of them is a link, it can be written
    if one and the same text parts them.
    """
    texts = [_unlinked(scalar_text(source, item)) for item in items]
    data = parted.join(text.data for text in texts)
    layers = {text.layers for text in texts}
    is_plain = len(layers) == 1 and len({item.style for item in items}) == 1
    are_linked = {bool(text.offset) for text in texts}
    gaps = [_gap(source, *pair) for pair in pairwise(texts)] if is_plain else []
    gap = gaps[0] if gaps else _first_gap(source, whole, items[0], texts[0])
    if any(not text.data or parted.strip() in text.data for text in texts):
        return fixed_text(data, Span(whole.start, whole.end))
    if not is_plain and are_linked == {False} and not any(as_it_stands in it for it in layers):
        return _unlike_text(source, whole, items, parted)
    # All links of a list lead to one folder, or nobody knows to which a new one does.
    is_plain = is_plain and len(are_linked) == 1 and (True not in are_linked or len({*gaps}) < 2)
    if not is_plain or as_it_stands in texts[0].layers or gap is None or None in gaps:
        return fixed_text(data, Span(whole.start, whole.end))
    layer = partial(_in_list, texts[0].layers, parted, gap, _emptied(source, whole, items))
    return LayeredText(data, SourcePieces(lambda: _pieces(texts, len(parted))), (layer,))


def _unlike_text(
    source: bytes, whole: DataList, items: Sequence[DataScalar], parted: bytes
) -> LayeredText:
    """Return the values of a list in unlike quotes: each keeps its own when the list is written."""
    span = Span(items[0].start, items[-1].end)
    shown = fixed_text(parted.join((it.value or "").encode() for it in items), span)
    spelled = {it.value or "": source[it.start : it.end].decode() for it in items}
    gap, *others = {source[one.end : other.start] for one, other in pairwise(items)}
    if others or b"#" in gap or any("\n" in one for one in spelled.values()):
        return shown
    gap = gap.replace(b"\r\n", b"\n")
    unlike = UnlikeQuotes(source_text(source, span), gap.decode(), spelled)
    return replace(
        shown, layers=(partial(_in_unlike_quotes, unlike, parted, _emptied(source, whole, items)),)
    )


@dataclass(frozen=True, slots=True)
class UnlikeQuotes:
    """A list whose values have unlike quotes: its text from the first to the last of them, what
    parts two, and each as it stands there.
    """

    text: LayeredText
    gap: str
    spelled: Mapping[str, str]


def shows_list(text: LayeredText) -> bool:
    """Whether a text shows the values of a list and can be written."""
    return list_shown(text) is not None


@dataclass(frozen=True, slots=True)
class ListShown:
    """How the values of a list are quoted that a text shows, what parts them in it, and the edit
    that takes out all of them, if there is one; `unlike` if each has quotes of its own.
    """

    layers: Sequence[Layer]
    parted: str
    emptied: Edit | None
    unlike: UnlikeQuotes | None


def list_shown(text: LayeredText) -> ListShown | None:
    """Return how a text shows a list; None if it shows none that can be written."""
    for layer in text.layers:
        if isinstance(layer, partial) and layer.func is _in_list:
            layers, parted, _, emptied = layer.args
            return ListShown(layers, parted.decode(), emptied, None)
        if isinstance(layer, partial) and layer.func is _in_unlike_quotes:
            unlike, parted, emptied = layer.args
            return ListShown((), parted.decode(), emptied, unlike)
    return None


def _emptied(source: bytes, whole: DataList, items: Sequence[DataScalar]) -> Edit | None:
    """Return the edit that leaves a list without values; below a comment there is none."""
    if source[whole.start : whole.start + 1] == b"[":
        return Edit(Span(whole.start, whole.end), b"[]")
    head = source[: whole.start].rstrip()
    return Edit(Span(len(head), items[-1].end), b" []") if head.endswith(b":") else None


def _in_list(
    layers: Sequence[Layer], parted: bytes, gap: bytes, _: Edit | None, new: bytes
) -> bytes:
    """Write values, each in its quotes, with what stands between the first two."""
    parts = new.split(parted)
    for layer in layers:
        parts = [layer(part) for part in parts]
    return gap.join(parts)


def _in_unlike_quotes(_: UnlikeQuotes, __: bytes, ___: Edit | None, new: bytes) -> bytes:
    """Mark a text that is written as a whole list, not by layers."""
    return new


_IN_BRACKETS = partial(_in_list, (in_the_open,), b", ", b", ", None)

_SHORTENED = lazy_regex(rb"\[\[(?:[^\[\]|\n]*/)?([^\[\]|/\n]* ([^\[\]|/ \n]+))\|\2\]\]")
"""A link to a person's note that shows the last name only: it leads to the full one."""

_LINKED = lazy_regex(rb"\[\[(?:[^\[\]|\n]*[|/])?([^\[\]|/\n]+)\]\]")


def _unlinked(text: LayeredText) -> LayeredText:
    """Return the name that a link to a note shows: `[[People/A B]]` is `A B`.

    Of a name that is shown short it is the full one: `[[People/A B|B]]` is `A B`, too.
    """
    is_link = text.data[:2] == b"[["
    found = _SHORTENED.fullmatch(text.data) or _LINKED.fullmatch(text.data) if is_link else None
    return text.slice(*found.span(1)) if found else text


def _ends(text: LayeredText) -> Span:
    return text.source_span(0, len(text.data))


def _gap(source: bytes, one: LayeredText, other: LayeredText) -> bytes | None:
    """Return what stands between two values, with their quotes; None if that is a comment."""
    gap = source[_ends(one).end : _ends(other).start]
    return None if b"#" in gap else gap


def _first_gap(source: bytes, whole: DataList, only: DataScalar, text: LayeredText) -> bytes:
    """Return what parts a second value from the `only` one."""
    ends = _ends(text)
    before, behind = source[only.start : ends.start], source[ends.end : only.end]
    if source[whole.start : whole.start + 1] == b"[":
        return behind + b", " + before
    line = source.rfind(b"\n", 0, whole.start) + 1
    margin = b" " * (whole.start - line)
    end = b"\r\n" if source[line - 2 : line] == b"\r\n" else b"\n"
    return behind + end + margin + source[whole.start : only.start] + before


def joined_text(texts: Sequence[LayeredText], parted: bytes) -> LayeredText:
    """Return texts as one that is only read."""
    data = parted.join(text.data for text in texts)
    return LayeredText(data, SourcePieces(lambda: _pieces(texts, len(parted))), (as_it_stands,))


def _pieces(texts: Sequence[LayeredText], width: int) -> tuple[tuple[SourcePiece, ...], int]:
    pieces: list[SourcePiece] = []
    at = 0
    for text in texts:
        if pieces:
            last = pieces[-1].source + pieces[-1].width
            pieces.append(SourcePiece(at, width, last, _ends(text).start - last))
            at += width
        kept = clipped(text.pieces, text.offset, text.offset + len(text.data))
        pieces += (replace(piece, at=at + piece.at) for piece in kept)
        at += len(text.data)
    return tuple(pieces), pieces[0].source
