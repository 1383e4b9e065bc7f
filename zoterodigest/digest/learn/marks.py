"""Marks: the signs and values of a line that may stand in every entry of a list.

The text between marks is free: titles, names, remarks. A mark that is a value has the name of its
slot in braces for a key (`{url}`), any other its own text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set

from zoterodigest.core.values.dates import find_date
from zoterodigest.digest.format.format import folded_label
from zoterodigest.digest.read.references import (
    CODE_LABELS,
    PAPER_LABELS,
    LinkSpan,
    find_links,
    hyperlink,
)
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

_WORD = lazy_regex(r"[^\W\d_]+")
_DOI = lazy_regex(r"(?i:doi)[:.]? ?10\.\d{4,9}/\S*[^\s.,;:)\]]|\b10\.\d{4,9}/\S*[^\s.,;:)\]]")
_ARXIV = lazy_regex(
    r"(?i:\barxiv[:.]? ?)?(?<![\w./-])\d{4}\.\d{4,5}(?:v\d{1,2})?(?![\w-]|\.\d)"
    r"|(?i:\barxiv[:.]? ?)[a-z-]+(?:\.[A-Z]{2})?/\d{7}(?:v\d{1,2})?"
)
_ADDRESS = lazy_regex(
    r"https?://(?:[^\s<>()|\]\[\"'`；，。）】》]|\([^\s()]*\))*(?:[^\s<>()|\]\[\"'`；，。）】》.,;:!?*_]|\([^\s()]*\))"
)
_BETWEEN_LINKS = lazy_regex(r"[\])*_`\\]*[ \t]*(?:[,;|/·•&+]|and\b|or\b)?[ \t]*[\[(*_`\\]*")
_FIRST = r"[A-ZÀ-Þ][\w'’-]*\.?"
_PARTICLES = "van|von|der|den|de|la|du|bin|al|el|dos|da|di"
_NAME = rf"{_FIRST}(?:[ -](?:{_FIRST}|{_PARTICLES}))*"
_ET_AL = r"(?:,? ?(?:and |· )?(?:et\.? al\b\.?|others\b|…|\.\.\.)|等)"
_AND = r"(?:, (?:and |& )?| (?:and|&|·|\+|•) |; |、|，)"
_NAMES = lazy_regex(rf"(?<![\w-]){_NAME}(?:(?:{_AND}{_NAME})+{_ET_AL}?|{_ET_AL})")
_LABEL_END = lazy_regex(r"[ \t*_]{0,5}[:：=]")
_MOST_LABEL_WORDS = 3
_LABELS = PAPER_LABELS | CODE_LABELS
VENUE_AND_YEAR = lazy_regex(
    r"\b(?:ar[Xx]iv|[A-Z][A-Za-z]{0,8}[A-Z][A-Za-z]{0,8})"
    r"(?:(?:[ ,]{1,2}|[ ]?['’])(?:19|20)?|(?:19|20))\d\d\b"
)
"""A venue as an acronym, before its year."""
_LEADING_VENUE = lazy_regex(r"\d\d-[A-Z][a-z]{0,4}[A-Z]\w{0,10}(?=-)")
"""A year and a venue before a title, all parted by hyphens: `16-ATC-On Caches`."""
_SHORT_VENUE = lazy_regex(r"(?:ar[Xx]iv|[A-Z][A-Za-z]*[A-Z])['’ -]?(?:19|20)?\d\d")
_SHORT_LABEL = lazy_regex(r"^[\d.v]+$|^\W*[A-Za-z]+['’ ]?\d{2,4}\W*$")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What is known of a list before its lines are taken apart.

    `labels` are texts of links that say where a link leads, `words` stand in half of the lines.
    """

    labels: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    has_titled_links: bool = False


def vocabulary(texts: Sequence[str]) -> Vocabulary:
    """Return what repeats in lines that stand in the same place of their entries."""
    labels: Counter[str] = Counter()
    firsts: list[str] = []
    words: Counter[str] = Counter()
    for text in texts:
        links = _links(text)
        labels.update({folded_label(label) for _, label in links})
        firsts += [label for _, label in links[:1] if label]
        spans = [span for span, _ in links]
        words.update({it[0] for it in _WORD.finditer(text) if not _is_in(it.span(), spans)})
    few = max(2, len(texts) // 20)
    known = frozenset(label for label, number in labels.items() if number >= few) | _LABELS
    long = [label for label in firsts if not _is_label(label, known)]
    return Vocabulary(
        known,
        frozenset(word for word, number in words.items() if number > max(2, len(texts) / 2)),
        has_titled_links=len(long) * 2 > len(texts),
    )


def values_in(text: str) -> str:
    """Return which values a line shows, in order, people but for their number aside."""
    found = (key for _, _, key in sorted(_values(text, Vocabulary(_LABELS))))
    return "".join(key for key in found if key != "{authors}")


def fixed_values(text: str, known: Vocabulary) -> Iterator[tuple[int, int, str]]:
    """Yield the links and identifiers of a line, as start, end and key."""
    taken = list(_link_values(text, known))
    yield from taken
    spans = [(start, end) for start, end, _ in taken]
    if found := _LEADING_VENUE.match(text):
        spans.append(found.span())
        yield *found.span(), "{venue}"
    for pattern, key in ((_DOI, "{doi}"), (_ARXIV, "{arxiv}")):
        for found in pattern.finditer(text):
            if not _is_in(found.span(), spans):
                spans.append(found.span())
                yield *found.span(), key


def _values(text: str, known: Vocabulary) -> Iterator[tuple[int, int, str]]:
    """Yield the values that show what they are wherever they stand, as start, end and key."""
    fixed = list(fixed_values(text, known))
    yield from fixed
    spans = [(start, end) for start, end, _ in fixed]
    for found in _NAMES.finditer(text):
        span = _people(found)
        if span and not _is_in(span, spans):
            spans.append(span)
            yield *span, "{authors}"
    date = find_date(text)
    if date and len(date.iso) > 4 and not _is_in((date.start, date.end), spans):
        yield date.start, date.end, "{date}"


def _people(names: re.Match[str]) -> tuple[int, int] | None:
    """Return where names of two words stand in a run: one word alone may be any, or a venue."""
    if re.search(rf"{_ET_AL}$", names[0]):
        return names.span()
    edges = [0, *(edge for it in re.finditer(_AND, names[0]) for edge in it.span()), len(names[0])]
    pieces = list(zip(edges[::2], edges[1::2], strict=True))
    is_name = [len(names[0][slice(*it)].replace(".", ". ").split()) > 1 for it in pieces]
    number = next((at for at, one in enumerate(is_name) if not one), len(pieces))
    start = names.start()
    return (start, start + pieces[number - 1][1]) if number > 1 else None


def _link_values(text: str, known: Vocabulary) -> Iterator[tuple[int, int, str]]:
    """Yield the links: the address of one that is a title's, else runs of links as they stand."""
    run: tuple[int, int] | None = None
    is_first = True
    for span, label in _links(text):
        start, end = span
        is_bare = not label
        is_titled = bool(label) and not _is_label(label, known.labels) and "://" not in label
        is_titled &= is_first or len(label.split()) > _MOST_LABEL_WORDS
        is_name = folded_label(label) not in _LABELS and "://" not in label
        is_titled |= is_first and known.has_titled_links and is_name
        # "([CVPR 2021](notes/cvpr.md))": what is linked is a value as well.
        is_titled |= bool(VENUE_AND_YEAR.fullmatch(label) or _SHORT_VENUE.fullmatch(label))
        if is_bare or (is_titled and label):
            if run:
                yield *_with_brackets(text, run), "{links}"
            run = None
            if is_bare:
                yield start, end, "{url}"
            else:
                inner = text.rindex("](", start, end) + 2 if "](" in text[start:end] else start
                yield inner, end - 1, "{url}"
        elif run and _BETWEEN_LINKS.fullmatch(text, run[1], start):
            run = run[0], end
        else:
            if run:
                yield *_with_brackets(text, run), "{links}"
            run = start, end
        is_first = False
    if run:
        yield *_with_brackets(text, run), "{links}"


def _with_brackets(text: str, run: tuple[int, int]) -> tuple[int, int]:
    """Return a run of links with the brackets around it."""
    start, end = run
    while start and end < len(text) and text[start - 1] + text[end] in ("[]", "()"):
        start, end = start - 1, end + 1
        # Of a bracket that is escaped, only the one that opens must be.
        start -= text[start - 1 : start] == "\\"
    return start, end


def _is_label(label: str, labels: Set[str]) -> bool:
    folded = folded_label(label)
    words = folded.split()
    return folded in labels or len(words) <= 1 or bool(_SHORT_LABEL.search(label))


def _links(text: str) -> list[tuple[tuple[int, int], str]]:
    """Return where each link stands, in characters, and its label."""
    data = text.encode()
    if b"://" not in data and b"](" not in data and b"<a" not in data:
        return []
    places = _CharacterOffsets(text, data)
    spans = [span for span in find_links(data) if data[span.whole[0]] in b"[!<"]
    labelled = [(places.of(span.whole), _label(data, span)) for span in spans]
    taken = [span for span, _ in labelled]
    bare = (it.span() for it in _ADDRESS.finditer(text))
    return sorted([*labelled, *((span, "") for span in bare if not _is_in(span, taken))])


def _label(data: bytes, span: LinkSpan) -> str:
    return hyperlink(data, span).label or "image"


class _CharacterOffsets:
    """Offsets of bytes as offsets of characters."""

    def __init__(self, text: str, data: bytes) -> None:
        self._is_plain = len(text) == len(data)
        self._data = data

    def of(self, span: tuple[int, int]) -> tuple[int, int]:
        """Return the characters at these bytes."""
        if self._is_plain:
            return span
        start = len(self._data[: span[0]].decode())
        return start, start + len(self._data[slice(*span)].decode())


def _is_in(span: tuple[int, int], spans: Iterable[tuple[int, int]]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in spans)
