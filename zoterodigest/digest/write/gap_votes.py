"""Gaps: what stands around values and between two, voted on by entries that have the same two.

So no single sloppy neighbor is copied. A value that the new entry lacks goes with the sign before
it, a line without values goes as a whole.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from zoterodigest.digest.write.balanced import balanced
from zoterodigest.digest.write.entry_rows import EntryRow, EntryRows
from zoterodigest.digest.write.votes import usual
from zoterodigest.regex import lazy_regex

Layout = tuple[tuple[str, ...], ...]
"""The roles of an entry's units, row by row."""

Texts = Mapping[str, tuple[str, ...]]
"""The texts of a role's slots."""

_START, _LINE, _EOL, _END = "start", "line", "eol", "end"
"""What stands beside the first value of an entry or a line, and the last of a line or an entry."""

_ANY = "any"
"""Stands for whatever stands before a value."""

_FEW = 3
"""So many entries of a section outvote all others of the list."""

_OWN_DEPTH = "\0"
"""Stands for blanks as wide as the bullet or number of the entry."""

_LEAD = lazy_regex(r"[ \t>]*(?:#{1,6}[ \t]*)?(?:(?:[-*+•]|\d{1,9}[.)])[ \t]+)?")
_NUMBERED = lazy_regex(
    r"((?:[ \t>#]|\*\*|__)*(?:Paper #?)?\d{1,4}[.)、:][ \t]*"
    r"|(?:\*\*|__)?\[\d{1,9}\](?:\*\*|__)?[ \t]+)"
)
_BULLET = lazy_regex(r"[ \t]*(?:[-*+•]|\d{1,9}[.)])[ \t]+")
_LAST_BULLET = lazy_regex(r"(?:[-*+•]|\d{1,9}[.)])[ \t]+$")
_CHECKBOX = lazy_regex(rf"{_BULLET.pattern}\[[ xX]\][ \t]+")
_LABEL = lazy_regex(r"[ \t>]*(?:[-*+•][ \t]+)?[^.;!?]{1,50}(?:::?|：)[*_`]{0,3}[ \t]*")
"""A line's beginning that says what follows: `- **Authors:** `."""

_REMARK = lazy_regex(
    r"[ \t]*(?:\([^()]*\w[^()]*\)|\[[^\[\]]*\w[^\[\]]*\](?:\([^()]*\))?|<!--.*?-->"
    r"|!\[[^\[\]]*\]\([^()]*\)|`[^`]+`|(?<![*\w])\*\w[^*]*\*(?!\*))"
)
_LAST_REMARK = lazy_regex(rf"<br[ \t]*/?>{_REMARK.pattern}[ \t]*$")
"""One on a line of its own, which the new entry does not have."""

_PICTURE = lazy_regex(r"(?:<img\b[^<>]*>|!\[[^\[\]]*\]\([^()]*\))[ \t]*")
_EMOJI = lazy_regex(r"(?:[^\x00-\u2000\w“”‘’]|:\w+:)+[ \t]*$")
_BREAK = "<br>"
_TAG = lazy_regex(r"</?[A-Za-z][^<>]*>|<!--.*?-->")
_LAST_SIGNS = " \t,;:|•·–—-#@"
_STOPS = ".。"
_BRACKETS = ("(", "[", "（", "【")
_LAST_MARKS = lazy_regex(r"(?<![^\s(])[*_]{1,3}$")
_CLOSING = lazy_regex(r"[)\]）】]+")


_Votes = defaultdict[tuple[str, str], list[str]]
_Frame = tuple[tuple[str, ...], tuple[str, str]]


class GapVotes:
    """The votes of the entries of a section, and of `others`, each the nearest first."""

    def __init__(self, section: Sequence[EntryRows], others: Sequence[EntryRows]) -> None:
        self._models = (*section, *others)
        self._gaps: _Votes = defaultdict(list)
        self._own_gaps: _Votes = defaultdict(list)
        self._weak: _Votes = defaultdict(list)
        self._frames: defaultdict[tuple[str, str], list[_Frame]] = defaultdict(list)
        self._leads: defaultdict[tuple[bool, str], list[tuple[str, ...]]] = defaultdict(list)
        self._leads_of: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
        self._trails: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
        for at, model in enumerate(self._models):
            self._learn(model, is_of_section=at < len(section))

    def _learn(self, model: EntryRows, *, is_of_section: bool) -> None:
        depth = _depth(model.rows[0].gaps[0])
        for number, row in enumerate(model.rows):
            left = _LINE if number else _START
            right = _EOL if number + 1 < len(model.rows) else _END
            first = _with_depth(row.gaps[0], depth) if number else row.gaps[0]
            gaps = (first, *row.gaps[1:-1], _without_remark(row.gaps[-1]))
            names = (left, *row.roles, right)
            for at, gap in enumerate(gaps):
                # Behind `?` or `et al.` no period stands, so such an entry does not tell.
                is_weak = at > 0 and _is_ended(row.units[at - 1].slots[-1].words)
                votes = self._weak if is_weak else self._gaps
                votes[names[at], names[at + 1]].append(gap)
                if is_of_section and not is_weak:
                    self._own_gaps[names[at], names[at + 1]].append(gap)
            for before, unit in zip(names, row.units, strict=False):
                for key in ((before, unit.role), (_ANY, unit.role)):
                    self._frames[key].append((unit.inner, unit.marks))
            self._leads[number == 1, row.roles[0]].append(row.lead)
            for role in row.roles:
                self._leads_of[role].append(row.lead)
                self._trails[role].append(row.trail)

    def text(self, layout: Layout, texts: Texts) -> str:
        """Return the lines of an entry with `texts`."""
        lines: list[str] = []
        depth = _depth(start := self._start())
        for number, roles in enumerate(layout):
            rows = (row for model in self._models for row in model.rows)
            # The nearest that holds all of them.
            row = next((it for it in rows if set(roles) <= set(it.roles)), None)
            first = self._between(_LINE, roles[0], row) if number else start
            head = _without_bullet(first, texts[roles[0]]).replace(_OWN_DEPTH, depth)
            left = _LINE if number else _START
            end = _EOL if number + 1 < len(layout) else _END
            lines += self._lead(number, roles[0])
            lead = _LEAD.match(head)
            bullet = head[: lead.end()] if lead else ""
            values = self._values(row, (left, *roles, end), texts, _wrapping(head))
            lines.append(bullet + balanced((head[len(bullet) :], *values)))
            lines += usual(self._trails[roles[0]]) or ()
        tails = (model.tail for model in self._models)
        return "\n".join((*lines, *(usual(tails) or ())))

    def is_in_code(self, role: str) -> bool:
        """Whether most have a value between backquotes."""
        found = usual(self._frames.get((_ANY, role), ()))
        return found is not None and "`" in found[1][0]

    def _values(
        self, row: EntryRow | None, names: Sequence[str], texts: Texts, wrapping: str
    ) -> Iterator[str]:
        """Yield the values of a row, behind each the gap to the next or to the end."""
        for before, role, behind in zip(names, names[1:], names[2:], strict=False):
            value = self._framed(before, role, texts[role])
            gap = self._between(role, behind, row)
            # Links on lines of their own come with what begins those.
            yield value if role == "links" else value.replace("\n", "\n" + wrapping)
            is_told = (gap[:1] in _STOPS and _is_ended(value)) or gap[:1] == _sign_within(value)
            yield gap[1:] if is_told else gap

    def _lead(self, number: int, role: str) -> tuple[str, ...]:
        votes = self._leads[number == 1, role] if number else self._leads[False, role]
        if votes:
            return usual(votes) or ()
        if number != 1:
            # No line begins with it: the value that did is lacking.
            return usual(self._leads_of.get(role, ())) or ()
        first = [
            lead for (is_second, _), leads in self._leads.items() for lead in leads if is_second
        ]
        return usual(first) or ()

    def _framed(self, before: str, role: str, texts: tuple[str, ...]) -> str:
        # "ICML. 2019", but "arXiv:1607.02533 (2016)": the brackets go with what stands before them.
        votes = self._frames.get((before, role)) or self._frames[_ANY, role]
        inner, (opening, closing) = usual(votes) or (("", ""), ("", ""))
        parted = (
            (a, b[1:] if b[:1] in _STOPS and _is_ended(a) else b)
            for a, b in zip(texts, inner[1:], strict=True)
        )
        value = inner[0] + "".join(map("".join, parted))
        if closing[:1] in _STOPS and _is_ended(value):
            closing = closing[1:]
        # "ICCV 2023* (Oral)" holds the mark that closes it.
        if role == "venue" and opening == closing and opening and value.count(opening) % 2:
            closing = ""
        return opening + value + closing

    def _between(self, left: str, right: str, row: EntryRow | None) -> str:
        """Return what most have between two values, else what a row has that holds both."""
        pair = left, right
        for known in (self._own_gaps, self._gaps, self._weak):
            votes = [gap for gap in known.get(pair, ()) if _is_signs(gap) or left == _LINE]
            if not votes:
                continue
            best = _most(votes)
            if known is not self._own_gaps:
                return best if len(votes) > 1 or _EOL in pair else _tidy(best)
            # A section may have its own signs, if it is sure of them; its lines begin as all do.
            if left != _LINE and len(votes) >= _FEW and 2 * votes.count(best) > len(votes):
                return best
        # Words are about one paper, unless most entries have them.
        worded = self._gaps.get(pair, [])
        repeated = next((gap for gap, count in Counter(worded).most_common(1) if count > 1), "")
        if 2 * worded.count(repeated) > len(worded) > 1:
            return repeated
        bare = [it for gap in worded if _is_signs(it := _REMARK.sub("", gap))]
        if right not in (_EOL, _END) and bare:
            return _most(bare)
        # "(Ann Abt et al., CVPR 2024)": the bracket stays, it is closed behind the venue.
        worded = worded or self._weak.get(pair, [])
        opened = [it for gap in worded if (it := _opened(gap))]
        if 2 * len(opened) > len(worded):
            return _most(opened)
        if right in (_EOL, _END):
            return self._line_end(left, right)
        if left == _LINE:
            return self._line_begin(row)
        return self._over_missing(left, right, row)

    def _line_end(self, left: str, right: str) -> str:
        ends = [gap for (_, end), gaps in self._gaps.items() if end == right for gap in gaps]
        end = _most([gap for gap in ends if _is_signs(gap)] or [""])
        # What closes a bracket closes it at the end of any line.
        closed = _CLOSING.match(_most(_beginning(self._gaps, left) or [""]))
        stop = closed[0] if closed else self._stop_behind(left)
        return end if end[:1] in (*_STOPS, *stop) or not stop else stop + end

    def _start(self) -> str:
        """Return what begins an entry: the section's bullet at its depth, numbered as most are."""
        own = _beginning(self._own_gaps, _START)
        every = _beginning(self._gaps, _START)
        votes = Counter(map(_bullet, own))
        # An odd one alone does not tell: of those that lead in the section, the list's usual one.
        leading = {one for one, count in votes.items() if count == max(votes.values())}
        others = Counter(map(_bullet, every))
        is_odd = len(own) == 1 and others[_bullet(own[0])] == 1
        leading = {*others} if is_odd or not own else leading
        bullet = _bullet(_most([gap for gap in every if _bullet(gap) in leading]))
        alike = [gap for gap in every if _bullet(gap) == bullet]
        best = _most(alike)
        # What is no bullet and no mark is one neighbor's own, unless most have it.
        is_usual = 2 * alike.count(best) > len(alike) > 1
        start = best if is_usual else _most([_without_nickname(gap) for gap in alike])
        boxed = [gap for gap in alike if _CHECKBOX.match(gap)]
        # Whether a neighbor is done says nothing of the new one.
        is_boxed = 2 * len(boxed) > len(alike) > 1
        return _unchecked(start) if is_boxed else start

    def _line_begin(self, row: EntryRow | None) -> str:
        if row is not None and _is_signs(row.gaps[0]):
            return _with_depth(row.gaps[0], _depth(self._models[0].rows[0].gaps[0]))
        begins = _beginning(self._gaps, _LINE)
        return _most([gap for gap in begins if not _LABEL.fullmatch(gap)] or [""])

    def _over_missing(self, left: str, right: str, row: EntryRow | None) -> str:
        """Return the sign before a value that follows what is missing, and a stop before that."""
        before = " "
        if row is not None and right in row.roles and (at := row.roles.index(right)):
            pair = row.roles[at - 1], right
            votes = self._gaps.get(pair) or self._weak.get(pair) or []
            before = _most([gap for gap in votes if _is_signs(gap)] or [" "])
            start = row.roles.index(left) + 1 if left in row.roles[:at] else at
            first = row.gaps[start] if start < at else ""
            # "CVPR 2024, Nick: A Title": the colon goes with the nickname.
            if row.roles[start:at] == ("short_title",) and _is_signs(first):
                return first
            # "Title (Bee 2020)" without the author: the bracket stays, it is closed behind.
            if _is_signs(first) and first[-1:] in _BRACKETS and first[-1:] not in before:
                return first
        elif row is None:
            # No entry has both: what stands before the second elsewhere.
            votes = [gap for (_, it), gaps in self._gaps.items() if it == right for gap in gaps]
            parting = (gap for gap in votes if _is_signs(gap) and gap.endswith((" ", _BREAK)))
            before = _most([*parting] or [" "])
        stop = self._stop_behind(left)
        return stop + (before or " ") if stop and not before.strip() else before

    def _stop_behind(self, left: str) -> str:
        """Return the period that most have behind a value."""
        first = usual(gap[:1] for gap in _beginning(self._gaps, left))
        return first if first and first in _STOPS else ""


def _beginning(votes: _Votes, left: str) -> list[str]:
    """Return all gaps behind one role, whatever follows."""
    return [gap for (one, _), gaps in votes.items() if one == left for gap in gaps]


def _most(gaps: Sequence[str]) -> str:
    """Return the gap that comes most often, whatever numbers stand in it."""
    shapes = [re.sub(r"\d+", "0", gap) for gap in gaps]
    best, _ = Counter(shapes).most_common(1)[0]
    return gaps[shapes.index(best)]


def _bullet(gap: str) -> str:
    """Return the blanks and the sign that begin an entry; a number is no sign."""
    found = re.match(r"[ \t>]*[-*+•#]*", gap)
    return found[0] if found else ""


def _tidy(gap: str) -> str:
    """Return what stands in one entry alone without doubled blanks and half a pair of quotes."""
    gap = re.sub(r"(?<=\S)[ \t]{2,}(?=\S|$)", " ", gap)
    return gap.replace('"', "") if gap.count('"') == 1 else gap


def _is_ended(value: str) -> bool:
    """Whether a value ends in a sign behind which no period stands."""
    return value.rstrip('*_`)]"”’')[-1:] in tuple(".?!。？！")


def _sign_within(value: str) -> str:
    """Return the sign within the marks that close a value, `,` in `“A Title,”`; "" for none."""
    bare = value.rstrip('*_`)]"”’')
    return bare[-1:] if bare != value and bare[-1:] in tuple(",;:") else ""


def _is_signs(text: str) -> bool:
    return not any(map(str.isalnum, _TAG.sub("", text)))


def _opened(gap: str) -> str:
    """Return what stands before the words of a gap up to a bracket that is open behind them."""
    word = next((at for at, char in enumerate(gap) if char.isalnum()), 0)
    before = gap[:word]
    if before[-1:] in _BRACKETS:
        return "" if _CLOSING.search(gap, word) else before
    mark = _LAST_MARKS.search(before)
    return before if mark and mark[0] not in gap[word:] else ""


def _depth(first: str) -> str:
    found = _BULLET.match(first)
    return " " * len(found[0]) if found else ""


def _with_depth(gap: str, depth: str) -> str:
    blanks = gap[: len(gap) - len(gap.lstrip(" \t"))]
    return _OWN_DEPTH + gap[len(blanks) :] if depth and blanks == depth else gap


def _without_bullet(head: str, texts: tuple[str, ...]) -> str:
    """Return what begins a line without its bullet, where a list with bullets follows."""
    found = _LAST_BULLET.search(head)
    return head[: found.start()] if found and _BULLET.match(texts[0]) else head


def _wrapping(head: str) -> str:
    lead = _LEAD.match(head)
    indent = head[: len(head) - len(head.lstrip(" \t>"))]
    return indent.ljust(len(lead[0]) if lead else 0)


def _without_nickname(gap: str) -> str:
    """Return what begins an entry without what one neighbor has there.

    That is a short name, an emoji, a checkbox, or a picture, which may say how many pages it has.
    """
    gap = _PICTURE.sub("", gap)
    found = _NUMBERED.match(gap) or _LEAD.match(gap)
    end = found.end() if found else 0
    rest = gap[end:]
    # An emoji may stand within the mark: `[📝 Title](…)`.
    opening = re.search(r"(?:<[A-Za-z][^<>]*>|[\"“‘*_\[(`])*$", _EMOJI.sub("", rest))
    if _is_signs(rest) and rest.isascii():
        return gap
    tags = "".join(_TAG.findall(rest))
    return gap[:end] + (tags or (opening[0] if opening else ""))


def _unchecked(start: str) -> str:
    """Return what begins an entry with an empty checkbox behind its bullet."""
    found = _CHECKBOX.match(start) or _BULLET.match(start)
    bullet = _BULLET.match(start)
    return f"{bullet[0]}[ ] {start[found.end() :]}" if found and bullet else start


def _without_remark(gap: str) -> str:
    """Return what ends a line without a remark about one neighbor."""
    if _is_signs(gap):
        return gap
    bare = _REMARK.sub("", _LAST_REMARK.sub("", gap))
    if not _is_signs(bare):
        word = next(at for at, char in enumerate(bare) if char.isalnum())
        bare = bare[:word]
    return bare.rstrip(_LAST_SIGNS)
