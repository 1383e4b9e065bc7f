"""Short names: "Zhang", "W. Zhang" or "Zhang W" for Wei Zhang, in a list that writes all so.

A short name agrees with a whole one if it says nothing else: the same last name, and initials with
which the first names begin. Whether a list writes names short, its document tells
(`Document.core_entry_at`); only there a short name counts as the whole one.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from enum import Enum
from functools import lru_cache

from zoterodigest.core.values.names import (
    CollectiveName,
    PersonName,
    is_lone_last_name,
    same_name,
    split_name,
)
from zoterodigest.core.values.record import Names
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex


class NameForm(Enum):
    """How much of its people's first names a list of names shows."""

    WHOLE = "Wei Zhang"
    INITIALS = "W. Zhang"
    LAST = "Zhang"


_SHORT = (NameForm.INITIALS, NameForm.LAST)


def form_of(people: Iterable[str]) -> NameForm | None:
    """Return how names are written, None if not all of them are written in one way.

    Teams and names of accounts say nothing.
    """
    forms = {found for person in people if (found := _form(person)) is not None}
    return next(iter(forms)) if len(forms) == 1 else None


@lru_cache(maxsize=10_000)  # asked for some entries of a list each time that one is looked at
def is_short_list(people: tuple[str, ...]) -> bool:
    """Tell whether all of the names are short, in one way."""
    return form_of(people) in _SHORT


@lru_cache(maxsize=10_000)
def has_short_name(people: tuple[str, ...]) -> bool:
    """Tell whether one of the names is short: others may have been written whole beside it."""
    return any(_form(person) in _SHORT for person in people)


def last_names_in(person: str) -> tuple[str, ...]:
    """Return "Zhang" and "Ruiz" of "Zhang, Ruiz": two last names, if their list writes only these.

    Elsewhere it is Ruiz Zhang (`parse_authors`). Of any other name, return itself.
    """
    halves = tuple(half.strip() for half in person.split(","))
    return halves if len(halves) == 2 and all(map(is_lone_last_name, halves)) else (person,)


def is_short_for(short: str, whole: str) -> bool:
    """Tell whether `short` is `whole` without first names, or with initials in their place."""
    person = split_name(whole)
    if not isinstance(person, PersonName):
        return False
    if _normal(short) == _normal(person.last):
        return True
    halves = _initials_and_last(short)
    if halves is None or _normal(halves[1]) != _normal(person.last):
        return False
    known = [it for it in _initials_of(person.first) if it != "-"]
    return "".join(known).startswith("".join(_INITIAL.findall(halves[0])))


def are_short_for(shorts: Sequence[str], wholes: Sequence[str]) -> bool:
    """Tell whether each of some names agrees with the one at its place, and one of them is short.

    A team, or a person who is named in whole, has the same name at both places.
    """
    pairs = list(zip(shorts, wholes, strict=False))
    others = [pair for pair in pairs if not same_name(*pair)]
    return bool(others) and len(shorts) <= len(wholes) and all(is_short_for(*it) for it in others)


@lru_cache(maxsize=10_000)  # the same two lists are compared many times in a run
def as_written(people: tuple[str, ...], shown: tuple[str, ...]) -> tuple[str, ...]:
    """Return whole names as `shown`, a list with short ones, writes them.

    A person whom it names keeps that spelling. Others are written in its form.
    """
    style = style_of([shown])
    whole = [it for it in shown if _form(it) is NameForm.WHOLE]
    is_mostly_whole = 2 * len(whole) > len(shown)
    return tuple(
        next((it for it in whole if same_name(it, person)), None)
        or next((it for it in _near(shown, at) if _shows(it, person)), None)
        or (None if is_mostly_whole else shortened(person, style))
        or person
        for at, person in enumerate(people)
    )


def _shows(shown: str, whole: str) -> bool:
    # An item that was made from the list has its spelling, also "Zhang W" with the halves swapped.
    return same_name(shown, whole) or is_short_for(shown, whole)


def made_whole(shown: Names, held: Sequence[str]) -> tuple[str, ...] | None:
    """Return the names of a short list with the whole name of each person in `held` that it shows.

    None if a short name fits two people in `held`: then the first names of both could be right.
    """
    if shown.truncated:
        return _aligned(shown.people, held)
    # What is equal from the first name on, and what is from the last one on, tell the same, unless
    # one of two people of a name has left.
    forward = _aligned(shown.people, held)
    backward = _aligned(shown.people[::-1], held[::-1])
    return forward if backward is not None and forward == backward[::-1] else None


def made_whole_if_certain(shown: Sequence[str], held: Sequence[str]) -> tuple[str, ...]:
    """Return the names of a short list, whole where each can be one person only."""
    may_be = [[it for it in held if _shows(one, it)] for one in shown]
    return tuple(
        meant[0] if len(meant) == 1 and shown.count(one) == 1 else one
        for one, meant in zip(shown, may_be, strict=True)
    )


def _aligned(shown: Sequence[str], held: Sequence[str]) -> tuple[str, ...] | None:
    # Whoever is named in whole is meant by no short name.
    whole = [it for it in shown if _form(it) is NameForm.WHOLE]
    named = {it for it in held if any(same_name(it, other) for other in whole)}
    count = 0
    for short, person in zip(shown, held, strict=False):
        if not (same_name(short, person) or (person not in named and is_short_for(short, person))):
            break
        count += 1
    rest = [it for it in held[count:] if it not in named]
    left = Counter(shown[count:])
    found = [*held[:count]]
    for short in shown[count:]:
        meant = [it for it in rest if _shows(short, it)]
        is_known = all(same_name(short, it) for it in meant)
        if not is_known and len(meant) != left[short]:
            return None
        found.append(short if is_known else meant[0])
        left[short] -= 1
        if meant:
            rest.remove(meant[0])
    return tuple(found)


@dataclass(frozen=True, slots=True)
class ShortStyle:
    """How short names are spelled: `W. K. Zhang`, `W.K. Zhang`, `W Zhang`, `Zhang WK`.

    `stop` stands behind an initial, `between` between two, `has_all` tells whether more than the
    first one is shown, `is_behind` whether they stand behind the last name without a comma.
    """

    form: NameForm = NameForm.LAST
    stop: str = "."
    between: str = " "
    has_all: bool = True
    is_behind: bool = False


def style_of(lists: Iterable[Sequence[str]]) -> ShortStyle:
    """Return the style in which most of the short names are spelled."""
    every = [person for people in lists for person in people]
    split = [halves for person in every if (halves := _initials_and_last(person)) is not None]
    if 2 * len(split) < sum(_form(person) is not None for person in every):
        return ShortStyle()
    several = [first for first, _ in split if len(_INITIAL.findall(first)) > 1]
    gaps = Counter(found[1] for first in several if (found := _BETWEEN.search(first)))
    return ShortStyle(
        NameForm.INITIALS,
        stop="." if 2 * sum("." in first for first, _ in split) > len(split) else "",
        between=max(gaps, key=gaps.__getitem__) if gaps else " ",
        has_all=bool(several),
        is_behind=2 * sum(_is_behind(person) for person in every) > len(split),
    )


def shortened(whole: str, style: ShortStyle) -> str | None:
    """Return a name in a style; None if it has no short form that agrees with it."""
    person = split_name(whole)
    if not isinstance(person, PersonName):
        return whole if _form(whole) is None else None
    found = person.last
    if style.form is NameForm.INITIALS:
        first, comma, _ = person.first.partition(", ")
        initials = _initials_of(first)
        if comma or not initials or not all(it.isupper() or it == "-" for it in initials):
            return None
        text = _spelled(initials if style.has_all else initials[:1], style)
        found = f"{person.last} {text}" if style.is_behind else f"{text} {person.last}"
    return found if is_short_for(found, whole) and _form(found) is style.form else None


def _spelled(initials: Sequence[str], style: ShortStyle) -> str:
    text = ""
    for at, sign in enumerate(initials):
        if sign == "-":
            text += "-" if style.stop else ""
            continue
        parts = text and not text.endswith("-") and initials[at - 1] != "-"
        text += (style.between if parts else "") + sign + style.stop
    return text


def _form(person: str) -> NameForm | None:
    """Return how a name is written; None for what has no first name, and for ideographs."""
    if _initials_and_last(person) is not None:
        return NameForm.INITIALS
    if is_lone_last_name(person):
        return NameForm.LAST
    return NameForm.WHOLE if isinstance(split_name(person), PersonName) else None


def _initials_and_last(person: str) -> tuple[str, str] | None:
    """Return the initials of a name and its last name; None if its first name is none or whole."""
    if _is_behind(person):
        last, _, first = person.rpartition(" ")
        return first, last
    name = split_name(person)
    if isinstance(name, CollectiveName) or not _INITIALS.fullmatch(name.first):
        return None
    return (name.first, name.last) if name.first.isupper() else None


def _is_behind(person: str) -> bool:
    found = _BEHIND.fullmatch(person)
    # "WU Z" and "J K" do not tell which half is the last name.
    return found is not None and not found[1].isupper() and person.rpartition(" ")[2].isupper()


def _initials_of(first: str) -> list[str]:
    """Return the initials of first names, hyphens between them as they stand."""
    return [it for it in _FIRSTS.findall(unicodedata.normalize("NFC", first)) if it]


def _near(texts: Sequence[str], at: int) -> Iterable[str]:
    """Return the text at a place before all others."""
    return (*texts[at : at + 1], *texts[:at], *texts[at + 1 :])


def _normal(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).replace("’", "'").split())


_CAPITAL = r"[^\W\d_a-zß-öø-ÿ]"
_INITIAL = lazy_regex(_CAPITAL)
_INITIALS = lazy_regex(rf"{_CAPITAL}\.?(?:[ -]?{_CAPITAL}\.?){{0,3}}")
_BETWEEN = lazy_regex(rf"{_CAPITAL}\.?( ?){_CAPITAL}")
_BEHIND = lazy_regex(rf"([^\W\d_][^\d,.]+) {_CAPITAL}{{1,3}}")
_FIRSTS = lazy_regex(r"(?:(?<=\W)|^)[^\W\d_]|(?<=\w)-(?=\w)|(?<=\.)-(?=\w)")
