"""Titles: what stands in the line that begins an entry beside its title.

People put a number, a short name or the venue before it, and venue, year, authors or links behind
it, in brackets or behind quotation marks. What can be none of these belongs to the title.
"""

from __future__ import annotations

import re

from zoterodigest.core.values.dates import parse_date
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.digest.read.codecs import takes
from zoterodigest.digest.read.edges import EMOJI
from zoterodigest.digest.read.layers import LayeredText
from zoterodigest.digest.read.parts import part_spans
from zoterodigest.digest.read.references import find_links
from zoterodigest.digest.read.slots import Slot, decoded
from zoterodigest.regex import lazy_regex

_END = lazy_regex(r"(?:[ \t\r#]|<br ?/?>|\\$)+$", re.I)
_LEAD = lazy_regex(
    rf"(?:\[[ xX]\](?=\s)|{EMOJI}|:[a-z0-9_+-]+:|\(?\d{{1,4}}[.)、](?=\s|\D)|#\d{{1,4}}(?=\s)"
    r"|(?:Paper|Article|论文) ?#?\d{1,4}(?: ?[:：.)–—-]|(?=\s))|[-–—|](?=\s))\s*",
    re.I,
)
_LINK = lazy_regex(
    r"\[(?P<title>(?:[^\[\]\n]|\[[^\[\]\n]*\])+)\]\((?P<url>(?:[^()\s]|\([^()\s]*\))+)\)"
)
_SET_OFF = lazy_regex(
    r"\*\*(?P<bold>[^*\n]+)\*\*|__(?P<score>[^_\n]+)__|\"(?P<plain>[^\"\n]+)\"|“(?P<curly>[^“”\n]+)”"
    r"|\[\[(?P<wiki>[^\[\]\n]+)\]\](?!\()"
)
_NICK = lazy_regex(
    r"(?:\*\*|`){0,3}\[?(?P<nick>[^\[\]*`\"“”\n]{1,40}?)\]?(?:\*\*|`){1,3}\s*[:：,]?\s*(?=[\"“])"
)
_BRACKET = lazy_regex(
    r"(?P<open>[\[(（【])(?P<inner>[^\[\]()（）【】\n]{1,80})[\])）】](?!\()"
    r"[ \t]*(?:[:：|–—-][ \t])?"
)
_LAST = lazy_regex(r"[ \t,.;|–—-]*[\[(（](?P<inner>[^\[\]()（）\n]{1,120})[\])）][ \t]*\.?$")
_AUTHORS_YEAR = lazy_regex(
    r"(?P<authors>[^\W\d_a-z][\w'’-]+(?:(?: (?:and|&)|,) [^\W\d_a-z][\w'’-]+)?"
    r"(?:,? et al\.?)?),? (?P<year>(?:19|20)\d\d)"
)
_SHORTEST_PARTS = 5
_TAIL_SIGNS = " \t,.;:|–—-"


def title_slots(head: LayeredText, venues: VenueTable) -> list[Slot]:
    """Return the slots of the line that begins an entry, in the order in which they stand."""
    found = _Title(decoded(head.data), venues)
    found.read()
    slots: list[Slot] = []
    for name, start, end in sorted(found.slots, key=lambda it: it[1]):
        before = len(found.text[:start].encode())
        slots.append(Slot(name, head.slice(before, before + len(found.text[start:end].encode()))))
    return slots


class _Title:
    """A line taken apart from its ends inwards; what is left is the title."""

    def __init__(self, text: str, venues: VenueTable) -> None:
        self.text = text
        self.slots: list[tuple[str, int, int]] = []
        self._venues = venues
        self._start = 0
        self._end = len(text)

    def read(self) -> None:
        """Find the slots."""
        self._end = len(_END.sub("", self.text))
        while self._less_before():
            pass
        inner = self._set_off()
        if inner:
            start, end, tail = inner
            if not self._parts(tail):
                self._tail(tail)
            self._start, self._end = start, end
        else:
            self._links_behind()
        while self._less_before() or self._less_behind():
            pass
        self._trim()
        self.slots.append(("title", self._start, self._end))

    def _rest(self) -> str:
        return self.text[self._start : self._end]

    def _trim(self) -> None:
        rest = self._rest()
        self._start += len(rest) - len(rest.lstrip())
        self._end -= len(rest) - len(rest.rstrip())

    def _less_before(self) -> bool:
        """Take a number, a sign, a short name or a venue off the beginning."""
        self._trim()
        rest = self._rest()
        if (found := _LEAD.match(rest)) and rest[found.end() :].strip():
            self._start += found.end()
            return True
        if (nick := _NICK.match(rest)) and _SET_OFF.match(rest, nick.end()):
            self._put("short_title", nick["nick"], self._start + nick.start("nick"))
            self._start += nick.end()
            return True
        found = _BRACKET.match(rest)
        if (
            found is None
            or len(rest[found.end() :].split()) < 2
            or rest[found.end() : found.end() + 1] == "("
        ):
            return False
        name = self._kind(found["inner"])
        if name is None and found["open"] not in "[【":
            return False
        is_nickname = name is None and not found["inner"].isdigit()
        self._put(
            "short_title" if is_nickname else name or "ignored",
            found["inner"],
            self._start + found.start("inner"),
        )
        self._start += found.end()
        return True

    def _set_off(self) -> tuple[int, int, int] | None:
        """Return where a title in quotes, bold or a link stands, and where its tail begins."""
        rest = self._rest()
        link = _LINK.match(rest) or _LINK.match(rest, 2 if rest[:2] in ("**", "__") else 0)
        if link is not None:
            self.slots.append(
                ("url", self._start + link.start("url"), self._start + link.end("url"))
            )
            stop = link.end() + (2 if link.start() and rest[link.end() :][:2] == rest[:2] else 0)
            return (
                self._start + link.start("title"),
                self._start + link.end("title"),
                self._start + stop,
            )
        found = _SET_OFF.match(rest)
        if found is None or not found.lastgroup:
            return None
        tail = rest[found.end() :].lstrip("*_")
        is_closed = found.lastgroup == "wiki" or found[found.lastgroup].endswith(".")
        if not is_closed and not self._can_follow(tail):
            return None
        stop = len(rest) - len(tail)
        return (
            self._start + found.start(found.lastgroup),
            self._start + found.end(found.lastgroup),
            self._start + stop,
        )

    def _can_follow(self, tail: str) -> bool:
        """Whether a text can stand behind a title: a sign parts it, or it begins as a venue."""
        begin = tail.lstrip()
        if not begin or begin[0] in ",.;(（[|–—-" or begin.startswith("!["):
            return True
        return self._kind(tail.partition("[")[0].strip(_TAIL_SIGNS + "!")) is not None

    def _parts(self, start: int) -> bool:
        """Take a text behind a title that is nothing but authors, a venue and the like."""
        tail = self.text[start : self._end]
        is_pictured = "![" in tail.replace("[![", "")
        if len(tail.strip(_TAIL_SIGNS)) < _SHORTEST_PARTS or is_pictured:
            return False
        known = {name for name, *_ in self.slots}
        found = part_spans(tail, known, self._venues)
        if not found or {it.slot for it in found} & {"summary", *known}:
            return False
        self.slots += ((it.slot, start + it.start, start + it.end) for it in found)
        return True

    def _tail(self, start: int) -> None:
        """Find links, a venue or a date in what stands behind a title that is set off."""
        end = self._end
        data = self.text[start:end].encode()
        if spans := find_links(data):
            first = len(data[: spans[0].whole[0]].decode())
            last = len(data[: spans[-1].whole[1]].decode())
            while first and self.text[start + first - 1] in "[(":
                first -= 1
            while self.text[start + last : start + last + 1] in ("]", ")"):
                last += 1
            self.slots.append(("links", start + first, start + last))
            end = start + first
        text = self.text[start:end].partition("![")[0]
        while True:
            bare = text.rstrip(_TAIL_SIGNS)
            lead = len(bare) - len(bare.lstrip(_TAIL_SIGNS))
            if not bare[lead:]:
                return
            if self._found(bare[lead:], start + lead):
                return
            found = _LAST.search(bare)
            if found is None:
                return
            self._found(
                found["inner"].strip("*_` "), start + bare.rindex(found["inner"].strip("*_` "))
            )
            text = bare[: found.start()]

    def _found(self, text: str, start: int) -> bool:
        outer = re.fullmatch(r"[\[(（*_`]*(.*?)[\])）*_`]*", text)
        bare = text
        if outer and not re.search(r"[\[\]()（）]", outer[1]):
            bare = outer[1]
            start += outer.start(1)
        name = self._kind(bare)
        if name is None:
            return False
        self._put(name, bare, start)
        return True

    def _links_behind(self) -> None:
        """Take links off the end of a title that is not set off."""
        rest = self._rest()
        data = rest.encode()
        spans = find_links(data)
        if not spans or data[: spans[0].whole[0]].strip() == b"":
            return
        first = len(data[: spans[0].whole[0]].decode())
        while first and rest[first - 1] in "[(":
            first -= 1
        self.slots.append(("links", self._start + first, self._end))
        self._end = self._start + len(rest[:first].rstrip(_TAIL_SIGNS))

    def _less_behind(self) -> bool:
        """Take a venue, a date or authors with a year in brackets off the end."""
        rest = self._rest()
        found = _LAST.search(rest)
        if found is None or not rest[: found.start()].strip("*_` "):
            return False
        name = self._kind(found["inner"])
        if name is None:
            return False
        self._put(name, found["inner"], self._start + found.start("inner"))
        self._end = self._start + found.start()
        return True

    def _kind(self, text: str) -> str | None:
        """Return what a text in brackets is: a date, a venue, authors with a year; or None."""
        bare = text.strip("*_` ")
        if re.fullmatch(r"(?:19|20)\d\d", bare):
            return "year"
        if parse_date(bare):
            return "date"
        if _AUTHORS_YEAR.fullmatch(bare) and ("et al" in bare or " and " in bare or " & " in bare):
            return "authors"
        return "venue" if takes("venue", bare, self._venues) else None

    def _put(self, name: str, text: str, start: int) -> None:
        lead = len(text) - len(text.lstrip("*_` "))
        bare = text.strip("*_` ")
        start += lead
        found = _AUTHORS_YEAR.fullmatch(bare) if name == "authors" else None
        if found is not None:
            for part in ("authors", "year"):
                self.slots.append((part, start + found.start(part), start + found.end(part)))
        else:
            self.slots.append((name, start, start + len(bare)))
