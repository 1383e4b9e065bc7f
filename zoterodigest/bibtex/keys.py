"""Citation keys: an existing key is kept, a new one is made by a formula, and no two are equal.

Formulas are in the language of Better BibTeX: `auth.lower + year`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from enum import Enum
from functools import lru_cache
from itertools import count, islice
from typing import NamedTuple

from anyascii import anyascii

from zoterodigest.bibtex.facts.rules import BibRules
from zoterodigest.bibtex.facts.work import ItemFacts
from zoterodigest.bibtex.tex.latex import decode
from zoterodigest.bibtex.tex.names import Creator, name_parts
from zoterodigest.core.values.names import is_user_name
from zoterodigest.errors import ZoterodigestError
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex


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


_Stated = tuple[str, KeySource] | None
_Order = tuple[int, tuple[str, ...]]


def citation_keys(
    works: Sequence[ItemFacts],
    formula: Formula,
    rules: BibRules,
    *,
    fixed: Mapping[str, str] = {},
    taken: Set[str] = frozenset(),
) -> tuple[CitationKey, ...]:
    """Return the keys of `works` in their order, unique without regard to case.

    `fixed` holds the keys given earlier, by item key; no new key is one of those `taken`. Which
    work gets which letter does not depend on the order of `works`.
    """
    claims = [_claim_of(work, formula, rules, fixed.get(work.key, "")) for work in works]

    # Few works share a key, so for most nothing is made to order them by.
    def order(at: int) -> _Order:
        return _order(works[at], claims[at].stated)

    return _keys(claims, {key.lower() for key in taken}, order)


class _Claim(NamedTuple):
    """What decides the key of one work, but for its place among those with the same `base`."""

    base: str
    stated: _Stated
    is_provisional: bool


class KeyClaim(NamedTuple):
    """What decides the key of one work: its own `base`, and its place among those with the same."""

    claim: _Claim
    order: _Order


def key_claim(work: ItemFacts, formula: Formula, rules: BibRules) -> KeyClaim:
    """Return the claim of a work to which no key was given earlier."""
    claim = _claim_of(work, formula, rules, "")
    return KeyClaim(claim, _order(work, claim.stated))


def _claim_of(work: ItemFacts, formula: Formula, rules: BibRules, fixed: str) -> _Claim:
    known = _stated(work, fixed)
    base = safe_key(known[0]) if known else evaluate(formula, work, rules)
    # A key that only holds signs no .bib can have leaves nothing: the item's key then stands in.
    base = base or safe_key(work.key or "item")
    return _Claim(base, known, is_provisional(work))


def unique_keys(claims: Sequence[KeyClaim]) -> tuple[CitationKey, ...]:
    """Return the keys of works by their claims."""
    return _keys([one.claim for one in claims], frozenset(), lambda at: claims[at].order)


def _keys(
    claims: Sequence[_Claim], reserved: Set[str], order: Callable[[int], _Order]
) -> tuple[CitationKey, ...]:
    return tuple(
        CitationKey(text, known[1], stated=known[0] if known[0] != text else "")
        if (known := one.stated)
        else CitationKey(text, KeySource.NEW, one.is_provisional)
        for text, one in zip(_unique(claims, reserved, order), claims, strict=True)
    )


def is_provisional(work: ItemFacts) -> bool:
    """Tell whether a key made of this work may change: no author or year, or user names."""
    return bool(why_provisional(work))


def why_provisional(work: ItemFacts) -> str:
    """Return what a work lacks for its key to be lasting; empty if it lacks nothing."""
    creators = main_creators(work)
    if not creators:
        return "no author" if work.year else "no author and no year"
    if not work.year:
        return "no year"
    is_account = any([each.is_body and is_user_name(each.last) for each in creators])
    return "an author is a user name" if is_account else ""


def _stated(work: ItemFacts, fixed: str) -> _Stated:
    if work.citekey:
        return work.citekey, KeySource.NATIVE
    if work.extra_citekey:
        return work.extra_citekey, KeySource.EXTRA
    return (fixed, KeySource.FIXED) if fixed else None


def _order(work: ItemFacts, known: _Stated) -> _Order:
    """Return by what works with one key are ordered: the same in whatever order they come."""
    names = " ".join(f"{each.last} {each.first}" for each in work.creators[:3])
    facts = (work.fact(name) for name in ("title", "doi", "url", "date"))
    identity = (work.arxiv, *facts, work.container, names, work.key)
    return _RANKS[known[1] if known else KeySource.NEW], identity


_RANKS = {source: rank for rank, source in enumerate(KeySource)}


def _unique(
    claims: Sequence[_Claim], reserved: Set[str], order: Callable[[int], _Order]
) -> list[str]:
    """Return the bases, with letters behind all of one base but the first in `order`.

    No new key is one of those `reserved`, in lower case.
    """
    texts = [one.base for one in claims]
    groups: dict[str, list[int]] = {}
    for at, text in enumerate(texts):
        groups.setdefault(text.lower(), []).append(at)
    taken = {*groups, *reserved}
    doubled = (name for name, group in groups.items() if len(group) > 1 or name in reserved)
    for lower in sorted(doubled):
        # One run of numbers for the group: hundreds of works may have one key.
        numbers = count(1)
        group = sorted(groups[lower], key=order)
        is_first_free = lower not in reserved or claims[group[0]].stated is not None
        for at in group[1:] if is_first_free else group:
            keys = (f"{claims[at].base}{letters_of(number)}" for number in numbers)
            texts[at] = next(key for key in keys if key.lower() not in taken)
            taken.add(texts[at].lower())
    return texts


def letters_of(number: int) -> str:
    """Return a for 1, z for 26, aa for 27."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters


class BadFormula(ZoterodigestError):
    """A formula for citation keys holds the `part`, which is no term or filter."""

    exit_code = 12

    def __init__(self, formula: str, part: str) -> None:
        super().__init__(
            f"the formula {formula!r} for citation keys cannot be read at {part!r}",
            f"Terms: {', '.join(_TERMS)}, 'text'; filters: {', '.join(_FILTERS)}; joined by +.",
        )
        self.formula = formula
        self.part = part


@dataclass(frozen=True, slots=True)
class Term:
    """A term of a formula: its name or its literal text, numbers given to it, filters to apply."""

    name: str
    numbers: tuple[int, ...] = ()
    filters: tuple[str, ...] = ()
    literal: str = ""


Formula = tuple[Term, ...]


@lru_cache(maxsize=16)
def parse_formula(text: str) -> Formula:
    """Return a formula; raises `BadFormula` for an unknown term or filter."""
    return tuple(_term(part.strip(), text) for part in _OUTER_PLUS.split(text))


def evaluate(formula: Formula, work: ItemFacts, rules: BibRules) -> str:
    """Return the key that a formula gives a work: ASCII, without a sign that .bib cannot hold."""
    pieces = []
    for term in formula:
        text = term.literal or _TERMS[term.name](work, term.numbers, rules)
        for name in term.filters:
            text = _FILTERS[name](text)
        pieces.append(text)
    key = "".join(pieces)
    is_plain = key.isascii() and key.isalnum()  # nearly always
    return key if is_plain else _UNWANTED.sub("", safe_key(key))


def safe_key(text: str) -> str:
    """Return `text` as a key that every reader of a .bib takes."""
    return _UNSAFE.sub("", text if text.isascii() else anyascii(text))


def main_creators(work: ItemFacts) -> tuple[Creator, ...]:
    """Return the creators a work is cited by: authors, else editors, translators, anybody."""
    for name in ("author", "editor", "translator"):
        if found := tuple([each for each in work.creators if each.field == name]):
            return found[:-1] if len(found) > 1 and found[-1].is_rest else found
    return work.creators


# What TeX, BibTeX or biber cannot read in a key; a sign that all of them read stays ("a^b").
_UNSAFE = lazy_regex(r"""[^!-~]|["#%'(),=@\\{}~]""")
# A new key has no $, as in Better BibTeX, and no &, which ends the cell of a table that cites it.
_UNWANTED = lazy_regex(r"[$&]")
_OUTER_PLUS = lazy_regex(r"\+(?=(?:[^'\"]|'[^']*'|\"[^\"]*\")*$)")  # one in no quotes
_TERM = lazy_regex(
    r"(?P<name>[A-Za-z]+)(?:\((?P<numbers>[\d\s,]*)\))?(?P<filters>(?:\.[A-Za-z]+)*)"
    r"|(?P<quote>['\"])(?P<literal>[^'\"]*)(?P=quote)"
)


def _term(part: str, formula: str) -> Term:
    found = _TERM.fullmatch(part)
    if found is None:
        raise BadFormula(formula, part)
    if found["quote"]:
        return Term("", literal=found["literal"])
    numbers = tuple(int(each) for each in (found["numbers"] or "").split(",") if each.strip())
    filters = tuple(filter(None, found["filters"].split(".")))
    unknown = next((each for each in filters if each not in _FILTERS), "")
    if found["name"] not in _TERMS or unknown:
        raise BadFormula(formula, unknown or part)
    return Term(found["name"], numbers, filters)


# The same authors and words come again and again in a library: caches make keys cheap.
@lru_cache(maxsize=65536)
def _last_name(creator: Creator) -> str:
    return re.sub(r"[\s.]+", "", anyascii(decode(name_parts(creator)[0] or creator.first)))


def _auth(work: ItemFacts, numbers: tuple[int, ...], _: BibRules) -> str:
    creators = main_creators(work)
    name = _last_name(creators[0]) if creators else ""
    return name[: numbers[0]] if numbers and numbers[0] else name


def _authors(work: ItemFacts, numbers: tuple[int, ...], _: BibRules) -> str:
    creators = main_creators(work)
    most = numbers[0] if numbers and numbers[0] else len(creators)
    names = "".join(_last_name(each) for each in creators[:most])
    return names + ("EtAl" if len(creators) > most else "")


def _auth_et_al(work: ItemFacts, _: tuple[int, ...], rules: BibRules) -> str:
    creators = main_creators(work)
    if len(creators) == 2:
        return _last_name(creators[0]) + _last_name(creators[1])
    return _auth(work, (), rules) + ("EtAl" if len(creators) > 2 else "")


def _short_title(work: ItemFacts, numbers: tuple[int, ...], rules: BibRules) -> str:
    most, capitals = (*numbers, 3, 0)[:2] if len(numbers) != 1 else (numbers[0], 0)
    words = list(islice(_title_words(work.fact("title"), rules.skipped), most))
    if capitals:
        words[:capitals] = [word[:1].upper() + word[1:] for word in words[:capitals]]
    return "".join(words)


def _title(work: ItemFacts, _: tuple[int, ...], rules: BibRules) -> str:
    words = _title_words(work.fact("title"), frozenset())
    return "".join(word[:1].upper() + word[1:] for word in words)


_TAG = lazy_regex(r"</?[A-Za-z][^<>]{0,200}>")


def _title_words(title: str, skipped: frozenset[str]) -> Iterator[str]:
    """Yield the words of a title that count, in ASCII letters and digits."""
    if "\\" in title or "{" in title:
        title = decode(title)
    if "<" in title:
        title = _TAG.sub("", title)
    for text in title.replace('"', "").replace("/", " ").replace(":", " ").split():
        if word := _word(text, skipped):
            yield word


@lru_cache(maxsize=65536)
def _word(text: str, skipped: frozenset[str]) -> str:
    """Return a word in ASCII letters and digits; empty for one that does not count.

    Those in `skipped` do not count, nor do single letters, unless nothing is skipped.
    """
    is_plain = text.isascii() and text.isalpha()
    bare = text if is_plain else re.sub(r"^[\W_]+|[\W_]+$", "", text)
    if skipped and (bare.lower() in skipped or (len(bare) < 2 and not bare.isdigit())):
        return ""
    if is_plain:
        return text
    return re.sub(r"[^A-Za-z0-9]", "", anyascii(re.sub(r"[\W_]", "", bare)))


_TERMS: Mapping[str, Callable[[ItemFacts, tuple[int, ...], BibRules], str]] = {
    "auth": _auth,
    "authors": _authors,
    "authEtAl": _auth_et_al,
    "shorttitle": _short_title,
    "veryshorttitle": lambda work, numbers, rules: _short_title(work, numbers or (1, 0), rules),
    "title": _title,
    "year": lambda work, numbers, rules: work.year,
    "shortyear": lambda work, numbers, rules: work.year[-2:],
}
_FILTERS: Mapping[str, Callable[[str], str]] = {
    "lower": str.lower,
    "upper": str.upper,
    "capitalize": lambda text: text[:1].upper() + text[1:],
}
