"""Citation keys: kept where one stands, made by a formula where none does, none twice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from zoterodigest.bibtex.formula import Formula, evaluate, main_creators, safe_key
from zoterodigest.bibtex.rules import BibRules
from zoterodigest.bibtex.work import Data, Work
from zoterodigest.core.names import is_user_name


class KeySource(Enum):
    """Where a citation key comes from; the first that has one decides."""

    NATIVE = "the item's citation key"
    EXTRA = "a line of the item's Extra"
    FIXED = "an earlier export"
    NEW = "the formula"


@dataclass(frozen=True, slots=True)
class CitationKey:
    """The key of one work.

    `stated` is the key that stands in the library or the lock file where it cannot be used as it
    stands: it is another work's already, or holds signs that no .bib can. A provisional key may
    change: authors or the year are missing, or the authors are user names.
    """

    text: str
    source: KeySource
    is_provisional: bool = False
    stated: str = ""


def citation_keys(
    items: Sequence[tuple[Data, Work]],
    formula: Formula,
    rules: BibRules,
    *,
    fixed: Mapping[str, str] = {},
) -> tuple[CitationKey, ...]:
    """Return the keys of `items` in their order, unique without regard to case.

    `fixed` holds the keys given earlier, by item key. Which work gets which letter does not depend
    on the order of `items`.
    """
    taken: set[str] = set()
    keys: dict[int, CitationKey] = {}
    stated = [_stated(data, fixed) for data, _ in items]
    order = sorted(range(len(items)), key=lambda at: (_rank(stated[at]), *_identity(*items[at])))
    for at in order:
        found = stated[at]
        if found and (key := safe_key(found[0])) and key.lower() not in taken:
            taken.add(key.lower())
            keys[at] = CitationKey(key, found[1], stated=found[0] if key != found[0] else "")
    bases = {at: _base(items[at], stated[at], formula, rules) for at in order if at not in keys}
    clashing: list[int] = []
    for at, base in bases.items():
        if base.lower() in taken:
            clashing.append(at)
        else:
            taken.add(base.lower())
            keys[at] = _new(base, stated[at], items[at][1], rules)
    counts: dict[str, int] = {}
    for at in clashing:
        key = _with_letters(bases[at], taken, counts)
        taken.add(key.lower())
        keys[at] = _new(key, stated[at], items[at][1], rules)
    return tuple(keys[at] for at in range(len(items)))


def is_provisional(work: Work, rules: BibRules) -> bool:
    """Tell whether a key made of this work may change: no author or year, or user names."""
    creators = main_creators(work, rules)
    if not creators or not work.year:
        return True
    return any(each.is_body and is_user_name(each.last) for each in creators)


_Stated = tuple[str, KeySource] | None
_EXTRA_KEY = re.compile(r"^\s{0,8}Citation Key\s?:\s?(\S+)\s*$", re.I | re.M)


def _stated(data: Data, fixed: Mapping[str, str]) -> _Stated:
    if native := str(data.get("citationKey") or "").strip():
        return native, KeySource.NATIVE
    extra = data.get("extra")
    if extra and (line := _EXTRA_KEY.search(str(extra))):
        return line[1], KeySource.EXTRA
    if earlier := fixed.get(str(data.get("key") or "")):
        return earlier, KeySource.FIXED
    return None


def _rank(stated: _Stated) -> int:
    return list(KeySource).index(stated[1] if stated else KeySource.NEW)


def _identity(data: Data, work: Work) -> tuple[str, ...]:
    """Return what tells a work from others, the same in whatever order they come."""
    names = " ".join(f"{each.last} {each.first}" for each in work.creators[:3])
    eprint = work.eprint.id if work.eprint else ""
    facts = (work.fact(name) for name in ("title", "doi", "url", "date"))
    return (eprint, *facts, work.container, names, str(data.get("key") or ""))


def _base(item: tuple[Data, Work], stated: _Stated, formula: Formula, rules: BibRules) -> str:
    data, work = item
    wanted = safe_key(stated[0]) if stated else evaluate(formula, work, rules)
    return wanted or safe_key(str(data.get("key") or "")) or "item"


def _new(key: str, stated: _Stated, work: Work, rules: BibRules) -> CitationKey:
    if stated:
        return CitationKey(key, stated[1], stated=stated[0])
    return CitationKey(key, KeySource.NEW, is_provisional(work, rules))


def _with_letters(base: str, taken: set[str], counts: dict[str, int]) -> str:
    """Return the base with the first letters behind it that are free; `counts` are those used."""
    for number in _from(counts.get(base.lower(), 0)):
        key = base + _letters(number)
        if key.lower() not in taken:
            counts[base.lower()] = number + 1
            return key
    raise AssertionError("there is always a further number")


def _from(number: int) -> Iterator[int]:
    while True:
        yield number
        number += 1


def _letters(number: int) -> str:
    """Return a for 0, z for 25, aa for 26."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters
