"""Respelled: new text of a block, with the spelling that its own text has beside the edit.

Many spellings say the same: `_so_` and `*so*`, a line break and a blank, a fence with a language
and one without. What comes from a library is in canonical form, so it holds none of them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence

from zoterodigest.core.links.hunks import differing_ranges, places_that_stay
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

# A word, blanks, a line break (a line of code is indented behind it), an HTML tag, or a sign as
# often as it is repeated: `**` is one spelling, and so are the hashes on each side of a heading.
_TOKEN = lazy_regex(r"[^\W_]+|[^\S\n]+|\n|</?[A-Za-z]+\d?(?:\s[^<>\n]*)?>|(.)\1*")


@dataclass(frozen=True, slots=True)
class _Change:
    """Put `new` in place of the tokens `[start, end)`."""

    start: int
    end: int
    new: str


def respellings(own: str, said: str, new: str) -> Iterator[str]:
    """Yield `new` with the spelling of `own` for what stays; both are changes of `said`.

    `said` is the canonical form of `own`. There are several ways to put both changes together, and
    those that keep most of the spelling come first. A text may say something else than `new`: one
    sign of a pair may be gone.
    """
    tokens = _tokens(said)
    spellings = tuple(_changes(tokens, own))
    edits = tuple(_changes(tokens, new))
    # A word that comes or goes may take the blank before it along or the one behind it.
    ways = [(edits, _apart(spellings, edits))]
    shifted = tuple(_with_blank_before(edit, tokens) for edit in edits)
    if shifted != edits:
        ways.append((shifted, _apart(spellings, shifted)))
    for one, kept in sorted(ways, key=lambda way: -len(way[1])):
        # Where both insert, words come before the line below a heading, and behind a tag.
        yield _changed(tokens, (*one, *kept))
        yield _changed(tokens, (*kept, *one))


def _tokens(text: str) -> list[str]:
    return [found[0] for found in _TOKEN.finditer(text)]


def _changes(old: Sequence[str], text: str) -> Iterator[_Change]:
    """Yield what makes `text` of the tokens `old`: signs are compared between words that stay."""
    new = _tokens(text)
    start = first = 0
    for end, last in (*_same_words(old, new), (len(old), len(new))):
        here, there = old[start:end], new[first:last]
        if here != there:
            for one, other, begin, stop in differing_ranges(here, there):
                yield _Change(start + one, start + other, "".join(there[begin:stop]))
        start, first = end, last


def _same_words(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the places of words that stay, in both."""
    places = [at for at, token in enumerate(old) if token.isalnum()]
    new_places = [at for at, token in enumerate(new) if token.isalnum()]
    words, new_words = [old[at] for at in places], [new[at] for at in new_places]
    for at, new_at in places_that_stay(words, new_words):
        yield places[at], new_places[new_at]


def _with_blank_before(change: _Change, tokens: Sequence[str]) -> _Change:
    """Return the change that does the same, about the blank before instead of the one behind."""
    before = tokens[change.start - 1] if change.start else ""
    if not before.isspace():
        return change
    at = change.start - 1
    if change.start == change.end and change.new.endswith(before):
        return _Change(at, at, before + change.new.removesuffix(before))
    if not change.new and tokens[change.end - 1] == before:
        return _Change(at, change.end - 1, "")
    return change


def _changed(tokens: Sequence[str], changes: Iterable[_Change]) -> str:
    pieces: list[str] = []
    cursor = 0
    for change in sorted(changes, key=lambda it: (it.start, it.end)):
        pieces += *tokens[cursor : change.start], change.new
        cursor = change.end
    return "".join((*pieces, *tokens[cursor:]))


def _apart(spellings: Sequence[_Change], edits: Sequence[_Change]) -> tuple[_Change, ...]:
    """Return the spellings that no edit is about; both are in order."""
    starts, ends = [edit.start for edit in edits], [edit.end for edit in edits]
    kept: list[_Change] = []
    for one in spellings:
        near = edits[bisect_left(ends, one.start) : bisect_right(starts, one.end)]
        if not any(_overlap(one, edit) for edit in near):
            kept.append(one)
    return tuple(kept)


def _overlap(one: _Change, other: _Change) -> bool:
    """Tell whether two changes share a token, or one stands inside of the other."""
    return max(one.start, other.start) < min(one.end, other.end) or (
        one.start < other.start == other.end < one.end
        or other.start < one.start == one.end < other.end
    )
