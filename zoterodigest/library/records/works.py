"""Items as works to be cited, and as references: a work with its citation key.

A reference can be written in any of the formats.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import lru_cache

from zoterodigest.bibtex.export.bib_style import write_bib
from zoterodigest.bibtex.export.csljson import to_csl, write_csl
from zoterodigest.bibtex.export.entry import BibEntry, to_entry
from zoterodigest.bibtex.facts.dates import read_dates
from zoterodigest.bibtex.facts.proceedings import Proceedings, on_arxiv, proceedings_of
from zoterodigest.bibtex.facts.rules import BibRules, Style
from zoterodigest.bibtex.facts.work import ItemFacts, year_of_arxiv
from zoterodigest.bibtex.keys import (
    CitationKey,
    KeySource,
    citation_keys,
    is_provisional,
    parse_formula,
)
from zoterodigest.bibtex.tex.names import Creator, with_rest
from zoterodigest.core.works.titles import begins_title
from zoterodigest.frozen import dataclass
from zoterodigest.library.item_json import Data, ItemJson, JsonCreator
from zoterodigest.library.records.reading import stated_members
from zoterodigest.library.records.zotero import item_rules
from zoterodigest.regex import lazy_regex


def read_work(data: Data, rules: BibRules) -> ItemFacts:
    """Return the work that the item `data` states, whatever else it holds.

    A venue is called by its official name, one that only a page's address tells is filled in; a
    missing year is the venue's, else that of the arXiv id.
    """
    item = ItemJson(data)
    facts = _facts(item, rules)
    arxiv, primary_class = item.arxiv
    date, date_end = read_dates(facts.get("date", ""))
    place = proceedings_of(facts.get("container", ""), facts.get("url", ""), date[:4], rules)
    item_type = item.item_type
    if arxiv and item_type in _MAY_BE_PREPRINT and (place.is_preprint or not place.name):
        item_type, place = "preprint", on_arxiv(place.year)
        facts = {name: text for name, text in facts.items() if not _repeats_arxiv(name, text)}
    facts = _completed(facts, place)
    creators = [named for each in item.creators for named in _creators(rules, each)]
    keywords, awards = _keywords_and_awards(item.tags)
    return ItemFacts(
        item_type,
        facts,
        tuple(creators),
        date or place.year or year_of_arxiv(arxiv),
        place.name,
        place.short_name,
        arxiv,
        primary_class,
        keywords,
        awards,
        date_end,
        item.key,
        item.citekey,
        item.extra_citekey,
    )


def _completed(facts: Mapping[str, str], place: Proceedings) -> dict[str, str]:
    """Return facts without repetitions, with what only the place of publication tells."""
    completed = dict(facts)
    volume = facts.get("volume", "")
    if volume and re.search(rf"\bVolume {re.escape(volume)}\b", place.name):
        del completed["volume"]  # "(Volume 1: Long Papers)" says it
    if _repeats_arxiv("publisher", facts.get("publisher", "")):  # left there by a change of type
        del completed["publisher"]
    if begins_title(facts.get("short_title", ""), facts.get("title", "")):
        del completed["short_title"]  # Zotero cut it off the title, and styles do so by themselves
    # After the removals: the place may know the right publisher or volume.
    for name in _OF_PLACE:
        if name not in completed and (text := getattr(place, name)):
            completed[name] = text
    return completed


def with_unnamed_authors(data: Data) -> Data:
    """Return an item that also says that there are more authors than it names ("et al.")."""
    rest = {"creatorType": "author", "name": "others"}
    return {**data, "creators": [*ItemJson(data).stored("creators"), rest]}


def _repeats_arxiv(name: str, text: str) -> bool:
    """Tell whether a fact only says again that a work is on arXiv ("CoRR, abs/1706.03762")."""
    if name in ("volume", "number"):
        return bool(_ARXIV_AGAIN.fullmatch(text))
    return name == "publisher" and text.lower() in ("arxiv", "arxiv.org")


_OF_PLACE = ("publisher", "series", "volume")
_MAY_BE_PREPRINT = frozenset(
    {"preprint", "journalArticle", "conferencePaper", "report", "document", "manuscript"}
    | {"webpage", "magazineArticle", "blogPost"}
)


def _facts(item: ItemJson, rules: BibRules) -> dict[str, str]:
    facts: dict[str, str] = {}
    ranks: dict[str, int] = {}
    known = rules.facts
    for name, text in item.texts():
        fact, rank = known.get(name, ("", 0))
        if fact and rank < ranks.get(fact, 99):
            facts[fact], ranks[fact] = text, rank
    if extra := facts.get("extra"):
        facts = {**_extra_facts(extra, rules), **facts}
    return facts


# Quantifiers have limits: an Extra may be long, and it comes from outside.
_EXTRA_LINE = lazy_regex(r"^\s{0,8}(?P<name>[A-Za-z][A-Za-z -]{0,30}?)\s?:\s?(?P<text>\S.*)$", re.M)


def _extra_facts(extra: str, rules: BibRules) -> dict[str, str]:
    """Return what lines of Extra state ("DOI: 10.1000/182"); of two such lines the first counts."""
    facts: dict[str, str] = {}
    for line in _EXTRA_LINE.finditer(extra):
        if fact := rules.extra.get(line["name"].lower().replace("-", " ")):
            facts.setdefault(fact, line["text"].strip())
    return facts


@lru_cache(maxsize=65536)
def _creators(rules: BibRules, stored: JsonCreator) -> tuple[Creator, ...]:
    """Return whom one creator of an item names: nobody, somebody, or somebody and others."""
    creator = _creator(rules, stored)
    return with_rest(creator) if creator.last else ()


def _creator(rules: BibRules, stored: JsonCreator) -> Creator:
    role, name, last, first = (text.strip() for text in stored)
    field, _ = rules.creators.get(role or "author", ("", 0))
    if name:
        return Creator(field, name, is_body=True)
    return Creator(field, last, first) if last else Creator(field, first)


# A library has few sets of tags: 7 % of an export.
@lru_cache(maxsize=16384)
def _keywords_and_awards(tags: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the keywords among an item's tags, tasks first and without prefix, and its awards."""
    rules = item_rules()
    own = [tag for tag in map(str.strip, tags) if not tag.startswith(rules.prefixes)]
    keywords = dict.fromkeys((*stated_members("task", tags, rules), *own))
    return tuple(filter(None, keywords)), stated_members("award", tags, rules)


# What a volume or number says of a paper that is on arXiv: its ID again, or DBLP's "abs/…".
_ARXIV_AGAIN = lazy_regex(
    r"(?:abs/|arxiv\s?:\s?)?(?:\d{4}\.\d{4,5}|[a-z-]{2,10}(?:\.[A-Za-z-]{2,9})?/\d{7})"
    r"(?:v\d{1,3})?(?:\s{0,3}\[[^\]\n]{1,60}\])?",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Reference:
    """One item as it is cited."""

    work: ItemFacts
    key: CitationKey

    @property
    def is_lasting(self) -> bool:
        """Whether it is a key that the item lacks and that nothing is going to change."""
        is_missing = self.key.source in (KeySource.FIXED, KeySource.NEW)
        return is_missing and not self.key.stated and not is_provisional(self.work)


def references(
    items: Iterable[Data],
    rules: BibRules,
    *,
    formula: str = "",
    fixed: Mapping[str, str] = {},
    taken: Set[str] = frozenset(),
) -> tuple[Reference, ...]:
    """Return the regular items among `items` (Zotero API `data` objects) as references, in order.

    `fixed` holds the citation keys given earlier, by item key, and no new one is among `taken`;
    without a `formula` the rules' own makes new ones. Raises `BadFormula`.
    """
    works = [read_work(data, rules) for data in items if not ItemJson(data).is_part]
    parsed = parse_formula(formula or rules.key_formula)
    keys = citation_keys(works, parsed, rules, fixed=fixed, taken=taken)
    return tuple(map(Reference, works, keys))


def by_key(references: Sequence[Reference]) -> tuple[Reference, ...]:
    """Return references in the order of their citation keys."""
    return tuple(sorted(references, key=lambda each: (each.key.text.lower(), each.key.text)))


def to_entries(
    references: Iterable[Reference], style: Style, rules: BibRules
) -> Iterator[BibEntry]:
    """Yield references as bib entries, one at a time."""
    return (to_entry(each.work, each.key.text, style, rules) for each in references)


def bib_text(references: Iterable[Reference], style: Style, rules: BibRules) -> str:
    """Return references as the text of a .bib."""
    return write_bib(to_entries(references, style, rules))


def csl_text(references: Iterable[Reference], style: Style, rules: BibRules) -> str:
    """Return references as CSL JSON."""
    return write_csl(to_csl(each.work, each.key.text, style, rules) for each in references)
