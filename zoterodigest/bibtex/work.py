"""What an item says of a work, before any format: facts, people, date, venue, arXiv id."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from zoterodigest.bibtex.dates import read_dates
from zoterodigest.bibtex.names import Creator, with_rest
from zoterodigest.bibtex.proceedings import ON_ARXIV, named_proceedings, proceedings_of
from zoterodigest.bibtex.rules import BibRules

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Work:
    """A work as its item states it; the names of `facts` are those of bibtex.toml.

    `container` is the official name of where it appeared, `short_container` the one in few words.
    `date` is ISO, cut where parts are missing; `date_end` is the other end of a period. `arxiv` is
    the arXiv id without its version, `primary_class` its class where that is known. An arXiv
    paper's `item_type` is "preprint", whatever the library calls it.
    """

    item_type: str
    facts: Mapping[str, str]
    creators: tuple[Creator, ...] = ()
    date: str = ""
    container: str = ""
    short_container: str = ""
    arxiv: str = ""
    primary_class: str = ""
    keywords: tuple[str, ...] = ()
    awards: tuple[str, ...] = ()
    date_end: str = ""

    def fact(self, name: str) -> str:
        """Return a fact; an empty text if the item does not state it."""
        return self.facts.get(name, "")

    @property
    def people(self) -> Mapping[str, tuple[Creator, ...]]:
        """The creators by the field they belong in (author, editor)."""
        fields = dict.fromkeys([each.field for each in self.creators])
        if len(fields) == 1:
            return dict.fromkeys(fields, self.creators)
        return {
            name: tuple(each for each in self.creators if each.field == name) for name in fields
        }

    @property
    def is_forthcoming(self) -> bool:
        """Whether the item says that the work is still to appear, in place of its date."""
        return not self.date and bool(_FORTHCOMING.search(self.fact("date")))

    @property
    def accessed(self) -> str:
        """The day on which its page was visited, in ISO; empty if the item does not state it."""
        return read_dates(self.fact("accessed"))[0]

    @property
    def year(self) -> str:
        """The four digits of the year, or an empty text."""
        return self.date[:4]


_FORTHCOMING = re.compile(r"press|forthcoming|appear", re.IGNORECASE)


def read_work(data: Data, rules: BibRules) -> Work:
    """Return what `data` (a Zotero API `data` object) says, whatever else it holds.

    A venue is called by its official name, one that only a page's address tells is filled in; a
    missing year is the venue's, else that of the arXiv id.
    """
    facts = _facts(data, rules)
    arxiv, primary_class = _arxiv(facts, data)
    date, date_end = read_dates(facts.get("date", ""))
    place = proceedings_of(facts.get("container", ""), facts.get("url", ""), date[:4], rules)
    item_type = str(data.get("itemType", ""))
    if arxiv and item_type in _MAY_BE_PREPRINT and (place.is_preprint or not place.name):
        item_type, place = "preprint", replace(ON_ARXIV, year=place.year)
        facts = {name: text for name, text in facts.items() if not _repeats_arxiv(name, text)}
    if (volume := facts.get("volume")) and re.search(
        rf"\bVolume {re.escape(volume)}\b", place.name
    ):
        del facts["volume"]  # "(Volume 1: Long Papers)" says it
    if _repeats_arxiv("publisher", facts.get("publisher", "")):  # left there by a change of type
        del facts["publisher"]
    for name in _OF_PLACE:
        if name not in facts and (text := getattr(place, name)):
            facts[name] = text
    creators = tuple(_creators(data.get("creators"), rules))
    keywords, awards = _tags(data.get("tags"), rules)
    return Work(
        item_type,
        facts,
        creators,
        date or place.year or year_of_arxiv(arxiv),
        place.name,
        place.short_name,
        arxiv,
        primary_class,
        keywords,
        awards,
        date_end,
    )


def _repeats_arxiv(name: str, text: str) -> bool:
    """Tell whether a fact only says again that a work is on arXiv ("CoRR, abs/1706.03762")."""
    if name in ("volume", "number"):
        return bool(_CORR.fullmatch(text) or _BARE.fullmatch(text))
    return name == "publisher" and text.lower() in ("arxiv", "arxiv.org")


_OF_PLACE = ("publisher", "series", "volume")
_MAY_BE_PREPRINT = frozenset(
    {"preprint", "journalArticle", "conferencePaper", "report", "document", "manuscript"}
    | {"webpage", "magazineArticle", "blogPost"}
)


def _facts(data: Data, rules: BibRules) -> dict[str, str]:
    facts: dict[str, str] = {}
    ranks: dict[str, int] = {}
    for name, value in data.items():
        place = rules.facts.get(name)
        if place is None or not value or not isinstance(value, (str, int)):
            continue
        fact, rank = place
        if rank < ranks.get(fact, 99) and (text := str(value).strip()):
            facts[fact], ranks[fact] = text, rank
    if extra := facts.get("extra"):
        facts = {**_extra_facts(extra, rules), **facts}
    return facts


_EXTRA_LINE = re.compile(r"^\s{0,8}(?P<name>[A-Za-z][A-Za-z -]{0,30}?)\s?:\s?(?P<text>\S.*)$", re.M)


def _extra_facts(extra: str, rules: BibRules) -> dict[str, str]:
    """Return what lines of Extra state ("DOI: 10.1000/182"); of two such lines the first counts."""
    facts: dict[str, str] = {}
    for line in _EXTRA_LINE.finditer(extra):
        if fact := rules.extra.get(line["name"].lower().replace("-", " ")):
            facts.setdefault(fact, line["text"].strip())
    return facts


def _creators(creators: Any, rules: BibRules) -> Iterator[Creator]:
    for each in creators if isinstance(creators, list) else ():
        if isinstance(each, dict):
            get = each.get
            texts = get("creatorType"), get("name"), get("lastName"), get("firstName")
            try:
                creator = _creator(rules, texts)
            except TypeError:  # something unhashable where a text belongs
                creator = _creator(rules, tuple(t if isinstance(t, str) else "" for t in texts))
            if creator.last:
                yield from with_rest(creator)


@lru_cache(maxsize=65536)
def _creator(rules: BibRules, texts: tuple[Any, ...]) -> Creator:
    role, name, last, first = (each.strip() if isinstance(each, str) else "" for each in texts)
    field = rules.roles.get(role or "author", "")
    if name:
        return Creator(field, name, is_body=True)
    return Creator(field, last, first) if last else Creator(field, first)


def _tags(tags: Any, rules: BibRules) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the keywords (tasks first, without prefix) and the awards among an item's tags."""
    tasks, own, awards = [], [], []
    for each in tags if isinstance(tags, list) else ():
        tag = str(each.get("tag") or "").strip() if isinstance(each, dict) else ""
        if tag.startswith(rules.task_prefix):
            tasks.append(tag.removeprefix(rules.task_prefix).strip())
        elif tag.startswith(rules.award_prefix):
            awards.append(tag.removeprefix(rules.award_prefix).strip())
        elif tag and not tag.startswith((rules.category_prefix, rules.venue_prefix)):
            own.append(tag)
    return tuple(filter(None, dict.fromkeys((*tasks, *own)))), tuple(awards)


_ID = r"(?P<id>\d{4}\.\d{4,5}|[a-z-]{2,10}(?:\.[A-Za-z-]{2,9})?/\d{7})(?:v\d{1,3})?(?![\w/])"
_CLASS = r"(?:\s{0,3}\[(?P<class>[^\]\n]{1,60})\])?"
_BARE = re.compile(rf"(?:arxiv\s?:\s?)?{_ID}{_CLASS}", re.I)
_CORR = re.compile(rf"abs/{_ID}", re.I)
_NAMED = re.compile(rf"(?:^|\s)arxiv\s?:\s?{_ID}{_CLASS}", re.I)
_LINE = re.compile(
    rf"^\s{{0,8}}(?:tex\.|_)?(?:arxiv(?: ?id)?|eprint)\s?[:=]\s{{0,3}}"
    rf"(?:arxiv\s?:\s?)?{_ID}{_CLASS}",
    re.I | re.M,
)
_ADDRESS = re.compile(rf"(?:arxiv\.org/(?:abs|pdf|html)/|10\.48550/arxiv\.){_ID}", re.I)
_PRIMARY = re.compile(r"[a-z-]{2,10}(?:\.[A-Za-z-]{2,9})?")


def _arxiv(facts: Mapping[str, str], data: Data) -> tuple[str, str]:
    """Return the arXiv id in an item and its primary class, from whichever place has them."""
    extra = facts.get("extra", "")
    line = _LINE.search(extra) if extra else None
    found = (
        _BARE.fullmatch(str(data.get("archiveID") or ""))
        or line
        or _NAMED.search(facts.get("container", ""))
        or _NAMED.match(facts.get("number", ""))
        or _CORR.fullmatch(facts.get("volume", ""))
        or _ADDRESS.search(facts.get("doi", ""))
        or _ADDRESS.search(facts.get("url", ""))
    )
    if found is None:
        return "", ""
    groups = found.groupdict()
    primary = groups.get("class") or ""
    if not primary and line and line["id"] == found["id"]:
        primary = line["class"] or ""
    return found["id"], primary if _PRIMARY.fullmatch(primary) else ""


def year_of_arxiv(arxiv: str) -> str:
    """Return the year in an arXiv id; empty for none."""
    digits = (arxiv.partition("/")[2] or arxiv)[:2]
    return digits and ("19" if digits > "90" else "20") + digits


def venue_names(text: str, year: str, rules: BibRules) -> tuple[str, str]:
    """Return the official and the short name of the venue that `text` names, in `year`."""
    place = named_proceedings(text, year, rules)
    return place.name, place.short_name
