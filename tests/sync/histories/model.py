"""The model: every edit carries a token of its own, and knows the tokens its writer had seen.

A token names the work and the slot it was written in, as `w1t7` is the seventh title of work 1. The
model never asks how a token got anywhere; it only tells whether one may take another's place.

A token in bold is another one than the same in plain text: `w1s3q*` is bold itself, `w1s3q**` is
in a bullet that is bold as a whole.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count

TOKEN = re.compile(r"w([1-9]\d*)([a-z])([1-9]\d*)q")
WORD, WHOLE = "*", "**"
"""What is bold: the token, or the bullet that it stands in."""

_OPENING = r"(?:\*\*|__|<strong>)"
_CLOSING = r"(?:\*\*|__|</strong>)"
_MARKS = re.compile(
    rf"{_OPENING}(?P<word>{TOKEN.pattern}){_CLOSING}|"
    rf"{_OPENING}Bullet (?P<whole>{TOKEN.pattern})(?:(?!\*\*|__|</).)*\.{_CLOSING}"
)

FIELDS = {
    "t": "title",
    "k": "task",
    "x": "abstract",
    "c": "comment",
    "l": "links",
    "s": "summary",
    "a": "authors",
    "u": "authors",
}
"""What each letter of a token stands for; an author of the letter u goes by a user name."""

MANY = frozenset("kls")
"""The letters of slots that hold many tokens."""


class Violation(AssertionError):
    """What must not come of a history."""


def tokens_in(text: str) -> Counter[str]:
    """Return the tokens in a text, each with its number."""
    return Counter(token for _, token in tokens_at(text))


@lru_cache(maxsize=20_000)
def tokens_at(text: str) -> tuple[tuple[int, str], ...]:
    """Return the tokens in a text, each with its place."""
    return tuple(_tokens_at(text))


def _tokens_at(text: str) -> Iterator[tuple[int, str]]:
    marks: dict[int, str] = {}
    for found in _MARKS.finditer(text):
        kind = "word" if found["word"] else "whole"
        marks[found.start(kind)] = {"word": WORD, "whole": WHOLE}[kind]
    for found in TOKEN.finditer(text):
        yield found.start(), found[0] + marks.get(found.start(), "")


def plain(token: str) -> str:
    """Return a token as it is written, without what tells whether it is bold."""
    return token.rstrip("*")


def mark_of(token: str) -> str:
    """Return what of a token is bold, or nothing."""
    return token[len(plain(token)) :]


def slot_of(token: str) -> str:
    """Return what tokens of one slot share: work and letter."""
    return plain(token).rstrip("q").rstrip("0123456789")


def work_of(token: str) -> int:
    """Return the number of the work that a token was written for."""
    return int(slot_of(token)[1:-1])


def letter_of(token: str) -> str:
    """Return the letter of the slot that a token was written in."""
    return slot_of(token)[-1]


@dataclass
class Memory:
    """What people wrote, and what they had seen when they wrote it.

    `seen` holds for each token all that its writer overwrote, knowingly, and what that overwrote in
    its turn. `removed` are the tokens that a person took out, and those they stood for; `wished`
    those that a person may have put back since.
    """

    seen: dict[str, frozenset[str]] = field(default_factory=dict)
    over: dict[str, frozenset[str]] = field(default_factory=dict)
    """What each token was written in the very place of, one after the other."""
    removed: set[str] = field(default_factory=set)
    wished: set[str] = field(default_factory=set)
    pending: set[str] = field(default_factory=set)
    """What a run had carried that was undone after somebody had written over it: it is pending
    where it came from, and comes again where nothing stands any more that was written over it.
    """
    left: dict[str, set[str]] = field(default_factory=dict)
    """What is known to have stood at each end and stands there no more."""
    last: dict[str, frozenset[str]] = field(default_factory=dict)
    """What stood at each end when it was last looked at."""
    numbers: count[int] = field(default_factory=lambda: count(1))

    def new(self, work: int, letter: str, over: Iterable[str] = (), mark: str = "") -> str:
        """Return a token that nobody wrote yet, written over those in `over`."""
        token = f"w{work}{letter}{next(self.numbers)}q{mark}"
        written_over = tuple(over)
        self.seen[token] = frozenset().union(*map(self.behind, written_over))
        older = (self.over.get(one, frozenset()) for one in written_over)
        self.over[token] = frozenset().union(written_over, *older)
        return token

    def edit(self, token: str) -> str:
        """Return a token written in the place of another; it is as bold as that was."""
        return self.new(work_of(token), letter_of(token), over=[token], mark=mark_of(token))

    def set_bold(self, token: str, mark: str) -> str:
        """Return what becomes of a plain token that is set in bold."""
        bold = token + mark
        self.seen[bold] = self.seen.get(bold, frozenset()) | self.behind(token)
        return bold

    def behind(self, token: str) -> frozenset[str]:
        """Return `token` and all that it took the place of."""
        return self.seen.get(token, frozenset()) | {token}

    def remove(self, tokens: Iterable[str]) -> None:
        """A person takes these out."""
        for token in tokens:
            self.removed |= self.behind(token)

    def decide(self, before: Set[str], after: Set[str]) -> None:
        """A person who saw all of `before` wants `after`: what is not in it is overwritten."""
        for token in before - after:
            heirs = [one for one in after if slot_of(one) == slot_of(token)]
            if letter_of(token) in MANY or not heirs:
                self.remove([token])
            for heir in heirs:
                self.seen[heir] = (self.seen.get(heir, frozenset()) | self.behind(token)) - {heir}

    def replace(self, tokens: Iterable[str], stood: Set[str]) -> None:
        """A person wrote these in the place of what stood in their slots."""
        for token in tokens:
            others = [one for one in stood if slot_of(one) == slot_of(token) and one != token]
            known = self.seen.get(token, frozenset())
            self.seen[token] = known.union(*map(self.behind, others))

    def lost(self, before: Set[str], after: Set[str]) -> list[str]:
        """Return the tokens that went although nobody who knew them wrote what is there now."""
        known: set[str] = set(self.removed)
        more = set(after)
        while more:  # what was put back may have taken the place of what came after it
            token = more.pop()
            new = self.seen.get(token, frozenset()) - known
            known |= new
            more |= new
        return sorted(before - after - known)

    def returned(self, end: str, before: Set[str], after: Set[str]) -> list[str]:
        """Return the bullets that a person took out, that had left this end, and that are back."""
        left = self.left.setdefault(end, set())
        left |= self.last.get(end, frozenset()) - before
        over = frozenset[str]().union(*(self.over.get(one, frozenset()) for one in after))
        wished = self.wished | (self.pending - over)
        back = (after - before) & left & (self.removed - wished)
        left |= before - after
        self.last[end] = frozenset(after)
        return sorted(one for one in back if letter_of(one) == "s")
