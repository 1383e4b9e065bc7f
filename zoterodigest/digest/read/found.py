"""Entries as found: the lines an entry stands on, its peeled text, its head and its body."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from zoterodigest.core.values.span import Span
from zoterodigest.digest.format.format import DigestFormat
from zoterodigest.digest.format.pattern import Match
from zoterodigest.digest.read.layers import LayeredText
from zoterodigest.digest.read.lines import BareLines, Lines, shorn
from zoterodigest.digest.read.open_titles import has_no_open_title
from zoterodigest.frozen import frozen
from zoterodigest.regex import lazy_regex


@frozen()
class EntryRange:
    """One entry as found: its 0-based lines (both in), its peeled text, and the parts of that.

    `head` is the logical range that `begin` matched in, as `match`; `body` what follows it.
    `broken` says why the container's end is in doubt, if it is; `container` is the name of it.
    `wraps` are the line breaks in the head that the text shows as blanks.
    """

    first: int
    last: int
    text: LayeredText
    head: tuple[int, int]
    body: tuple[int, int]
    match: Match
    broken: str = ""
    container: str = ""
    wraps: int = 0

    @property
    def head_lines(self) -> int:
        """How many lines stand above the body."""
        return self.wraps + self.text.data.count(b"\n", 0, self.body[0])


@frozen()
class Head:
    """A line where an entry begins; `data` is the text of its head."""

    line: int
    data: bytes
    match: Match


_RULE = lazy_regex(rb"^ {0,3}(?:-[ \t]*){3,}$|^ {0,3}(?:\*[ \t]*){3,}$|^ {0,3}(?:_[ \t]*){3,}$")
_HEADING = lazy_regex(rb"^ {0,3}#{1,6}(?:[ \t]|$)")
_EMOJI_NAMES = lazy_regex(rb"(?:[ \t]*:[a-z][a-z0-9_+-]*:)+$")
_OPENING, _CLOSING = "“".encode(), "”".encode()
_ADDRESS = (b"(http://", b"(https://")
"""What stands behind the `]` of a link."""
_MARKS = b" \t\r\n*_`[]()"


def head_match(
    form: DigestFormat, data: bytes, numbers: Sequence[int] | None = None
) -> Match | None:
    """Return the match of the first `begin` pattern whose title may be one, or None.

    `numbers` are those of the patterns that may match, if they are known.
    """
    text = shorn(data)
    for at in possible_begins(form, text, numbers):
        match = form.begin[at].search(text)
        if match is None or _begins_in_link(form, at, text):
            continue
        # A short name before the title is no date, venue or "News" either: those lead an item.
        names = (match.groups.get(name) for name in ("title", "short_title", "ignored"))
        if all(name is None or is_title(form, data[slice(*name)]) for name in names):
            return match
    return None


def _begins_in_link(form: DigestFormat, number: int, text: bytes) -> bool:
    """Whether a line matches a template only where a link is torn: `[{ignored}]{title}`."""
    if not form.templates or form.entry.loose or b"](" not in text:
        return False
    line = form.patterns[number].lines[0]
    for chosen in line.fitting(text.strip()):
        if found := chosen.shortest(text.strip()):
            slots = zip(chosen.places, found.slots, strict=True)
            titles = (slot for place, slot in slots if place.slot == "title")
            return any(text.strip()[slice(*slot)].startswith(_ADDRESS) for slot in titles)
    return False


def possible_begins(
    form: DigestFormat, text: bytes, numbers: Sequence[int] | None = None
) -> Sequence[int]:
    """Return the `begin` patterns, without those that a line, seen at once, does not match.

    For headings over lists with links of all kinds that is 15 % of reading them.
    """
    if not form.entry.loose:
        return range(len(form.begin)) if numbers is None else numbers
    # One search for the few signs of each template tells that a line can match two of seventeen,
    # and under a third of the choices: 7 % of reading pages of all kinds.
    numbers = form.sketches.find(text) if numbers is None else numbers
    open_titles = form.open_titles if has_no_open_title(text) else ()
    return [at for at in numbers if at not in open_titles]


def heads_in(lines: Lines, form: DigestFormat, bare: BareLines) -> Iterator[Head]:
    """Yield a head for each of the lines that begins an entry."""
    if not bare.numbers:
        return
    # Most lines begin no entry. To search all of them at once takes a tenth off the time of
    # reading.
    for at, numbers in form.begins.find(bare.texts):
        line = bare.numbers[at]
        if not lines.is_open(line):
            continue
        data = bare.text(lines, at)
        if match := _known_match(lines, form, data, numbers):
            yield Head(line, data, match)


def _known_match(
    lines: Lines, form: DigestFormat, data: bytes, numbers: Sequence[int]
) -> Match | None:
    if lines.heads is None:
        return head_match(form, data, numbers)
    # When a digest of 10,000 entries is read again, to match all anew takes a quarter of the time.
    key = form.heads_name, data
    if key not in lines.heads:
        lines.heads[key] = head_match(form, data, numbers)
    return lines.heads[key]


def is_title(form: DigestFormat, data: bytes) -> bool:
    """Whether none of the format's `no_titles` matches a title, marks left off; and it is whole."""
    # The rest of a quotation stands on the next line.
    if data[:3] == _OPENING and _CLOSING not in data:
        return False
    # What stands in brackets as a whole is the name of a link: "[[Slides]](…)".
    if data[:1] == b"[" and data[-1:] == b"]" and data.count(b"[") == 1:
        return False
    if data.endswith(b":"):
        data = _EMOJI_NAMES.sub(b"", data)
    return not form.no_title.matches(data.strip(_MARKS))


def is_heading(data: bytes) -> bool:
    """Whether a line is an ATX heading."""
    return bool(_HEADING.match(data))


def is_rule(data: bytes) -> bool:
    """Whether a line is a rule."""
    return bool(_RULE.match(data))


def is_boundary(lines: Lines, line: int) -> bool:
    """Whether no entry made of plain lines reaches over `line`: a heading, rule or hidden line."""
    if lines.is_hidden(line):
        return True
    return line in lines.boundaries and not lines.is_in_note(line)


def span_of(lines: Lines, first: int, last: int) -> Span:
    """Return the bytes of the lines `[first, last]` without the last line's ending."""
    return Span(lines.starts[first], lines.ends[last])


def last_filled(lines: Lines, first: int, last: int, blank: Callable[[bytes], bool]) -> int:
    """Return the last line of `[first, last]` that is not `blank`; at least `first`."""
    while last > first and blank(lines[last]):
        last -= 1
    return last


def is_blank(data: bytes) -> bool:
    """Whether a line holds nothing but blanks."""
    return not data.strip()


def found_entry(head: Head, last: int, text: LayeredText) -> EntryRange:
    """Return an entry whose head is the first line of its text."""
    end = text.first_line_end
    body = (min(end + 1, len(text.data)), len(text.data))
    return EntryRange(head.line, last, text, (0, end), body, head.match)


def until_next(heads: Sequence[Head], stop: int) -> Iterator[tuple[Head, int]]:
    """Pair each head with the line before which its entry must end."""
    for index, head in enumerate(heads):
        yield head, heads[index + 1].line if index + 1 < len(heads) else stop
