"""What the JSON of one object of a library says: the one place that takes it apart.

It may be foreign JSON (`export --items`, an unknown Zotero): what has another type than Zotero's
says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from zoterodigest.core.values.identity import Identifier, identifier_of
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

Data = Mapping[str, Any]
"""The `data` object of an item, note or attachment of the Zotero API."""


class JsonCreator(NamedTuple):
    """One creator as it is stored: a `name` in one part, or first and last name."""

    role: str
    name: str
    last: str
    first: str

    @property
    def full_name(self) -> str:
        """The name in reading order."""
        return " ".join(filter(None, (self.name, self.first, self.last)))


class StatedId(NamedTuple):
    """An identifier that an item states, and the class of arXiv beside it ("cs.CL").

    `is_home` tells whether it is in a place where the field of a record has its home: what is
    there can be written and cleared. Other places only tell which work it is. If the field were
    read from them too, an upgrade would look like an edit of the item (law 4), and a cleared ID
    would come back with each run.
    """

    identifier: Identifier
    primary_class: str
    is_home: bool


@dataclass(frozen=True, slots=True)
class ItemJson:
    """The JSON of an item, note or attachment, and what it says."""

    data: Data

    def text(self, name: str) -> str:
        """Return a text or number as it stands; "" for anything else."""
        value = self.data.get(name)
        return str(value) if isinstance(value, _TEXTS) else ""

    def stored(self, name: str) -> list[Any]:
        """Return a list as it is stored (tags, creators), for a patch that replaces it."""
        value = self.data.get(name)
        return list(value) if isinstance(value, _LISTS) else []

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield the fields that hold a text or a number, without outer blanks."""
        for name, value in self.data.items():
            if value and isinstance(value, _TEXTS) and (text := str(value).strip()):
                yield name, text

    @property
    def key(self) -> str:
        """Its key; "" if it does not say so."""
        return self.text("key")

    @property
    def item_type(self) -> str:
        """Its type, as Zotero names it."""
        return self.text("itemType")

    @property
    def title(self) -> str:
        """Its title."""
        return self.text("title")

    @property
    def url(self) -> str:
        """Its address."""
        return self.text("url")

    @property
    def date(self) -> str:
        """Its date, as it stands."""
        return self.text("date")

    @property
    def is_trashed(self) -> bool:
        """Whether it lies in the trash itself (a trashed parent doesn't mark its children)."""
        return bool(self.data.get("deleted"))

    @property
    def is_note(self) -> bool:
        """Whether it is a note."""
        return self.item_type == "note"

    @property
    def is_attachment(self) -> bool:
        """Whether it is an attachment."""
        return self.item_type == "attachment"

    @property
    def is_part(self) -> bool:
        """Whether it is a part of an item or stands beside items, and is no work."""
        return self.item_type in ("note", "attachment", "annotation")

    @property
    def parent(self) -> str:
        """The key of the item it hangs on; "" for none."""
        return self.text("parentItem") if self.data.get("parentItem") else ""

    @property
    def note(self) -> str:
        """The HTML of a note."""
        return self.text("note")

    @property
    def collections(self) -> tuple[str, ...]:
        """The keys of the collections it is in, in order."""
        return tuple(str(key) for key in self.stored("collections"))

    @property
    def tags(self) -> tuple[str, ...]:
        """The names of its tags, in order."""
        return names_of_tags(self.data.get("tags"))

    @property
    def creators(self) -> tuple[JsonCreator, ...]:
        """Its creators, in order."""
        return tuple(map(creator_of, self.stored("creators")))

    @property
    def relations(self) -> Mapping[str, tuple[str, ...]]:
        """The addresses it is related to, by relation; Zotero writes one as a text."""
        relations = self.data.get("relations")
        found: dict[str, tuple[str, ...]] = {}
        for name, targets in relations.items() if isinstance(relations, Mapping) else ():
            if isinstance(targets, str | list | tuple):
                several = (targets,) if isinstance(targets, str) else targets
                found[str(name)] = tuple(map(str, several))
        return found

    @property
    def replaced(self) -> tuple[str, ...]:
        """The keys of the items that were merged into this one.

        The relation names them by their address, which ends with the key
        (https://www.zotero.org/support/dev/web_api/v3/write_requests).
        """
        addresses = self.relations.get("dc:replaces", ())
        return tuple(address.rstrip("/").rpartition("/")[2] for address in addresses)

    # --- citation keys

    @property
    def citekey(self) -> str:
        """The citation key that its own field states."""
        return self.text("citationKey").strip()

    @property
    def extra_citekey(self) -> str:
        """The citation key in a line of its Extra, as Better BibTeX writes it."""
        line = _CITATION_KEY.search(self.text("extra"))
        return line[1] if line else ""

    @property
    def stated_citekey(self) -> str:
        """The citation key it states; its own field goes before Extra."""
        return self.citekey or self.extra_citekey

    # --- identifiers

    @property
    def identifiers(self) -> frozenset[Identifier]:
        """All that names the work: from every place where people and programs put it.

        In Extra, lines of their own count (`arXiv: …`, `DOI: …`, an address), comments don't. A url
        of no known scheme is an identifier as well.
        """
        return frozenset(one.identifier for one in self.stated_ids())

    @property
    def arxiv(self) -> tuple[str, str]:
        """Its arXiv ID from the first place that has one, and its class there; "" for none."""
        first = ""
        for identifier, primary_class, _ in self.stated_ids():
            if identifier.scheme == "arxiv" and first in ("", identifier.value):
                first = identifier.value
                if primary_class or not self._names_class:
                    return first, primary_class
        return first, ""

    @property
    def _names_class(self) -> bool:
        """Whether it can name a class of arXiv anywhere."""
        # Most items name none: the places behind the first ID need not be read (export: 9 %).
        texts = [one for name, one in self.data.items() if name not in _NO_CLASS]
        return any([isinstance(text, str) and "[" in text for text in texts])

    @property
    def home_arxiv(self) -> str:
        """Its arXiv ID from the first place where a record's field has its home."""
        homes = (one.identifier for one in self.stated_ids() if one.is_home)
        return next((one.value for one in homes if one.scheme == "arxiv"), "")

    def stated_ids(self) -> Iterator[StatedId]:
        """Yield the identifiers it states, the surest place first."""
        for text in self._homes():
            if text and (found := _identifier(text.strip())):
                yield StatedId(found, _class_in(text) if "[" in text else "", is_home=True)
        if found := _identifier(self.text("archiveLocation").strip()):
            yield StatedId(found, "", is_home=False)
        for match in self._mentions():
            if found := identifier_of(f"arXiv:{match['id']}"):
                yield StatedId(found, _class_in(match[0]), is_home=False)

    def _homes(self) -> Iterator[str]:
        yield self.text("archiveID")
        # The order is a law: of two IDs the first is the record's, on every computer.
        lines = self.text("extra").split("\n")
        yield from sorted(lines, key=lambda line: line[:5] != "arXiv")
        if location := self.text("archiveLocation"):
            yield f"{self.text('archive')}:{location}"
        for name in ("DOI", "url", "publicationTitle"):
            yield self.text(name)

    def _mentions(self) -> Iterator[re.Match[str]]:
        """Yield the mentions of arXiv IDs that are only a part of a field."""
        if extra := self.text("extra"):
            yield from _ARXIV_LINE.finditer(extra)
        for form, names in _MENTIONS:
            # Nearly every item has one of these fields, and few of them mention arXiv.
            if text := "\n\n".join(filter(None, map(self.text, names))):
                yield from form.finditer(text)


def names_of_tags(stored: Any) -> tuple[str, ...]:
    """Return the names of tags as they are stored, in order; what is no tag says nothing."""
    tags = stored if isinstance(stored, _LISTS) else ()
    names = [tag.get("tag") for tag in tags if isinstance(tag, _OBJECTS)]
    return tuple([str(name) for name in names if name])


def creator_of(stored: Any) -> JsonCreator:
    """Return one creator as it is stored; what is no text says nothing."""
    get = stored.get if isinstance(stored, _OBJECTS) else _NO_CREATOR.get
    role, name, last, first = get("creatorType"), get("name"), get("lastName"), get("firstName")
    # Of each creator, so without a loop.
    return JsonCreator(
        role if isinstance(role, str) else "",
        name if isinstance(name, str) else "",
        last if isinstance(last, str) else "",
        first if isinstance(first, str) else "",
    )


_LISTS = (list, tuple)
# Asked of every value: a union that is made each time, or an abstract class alone, takes longer.
_TEXTS = (str, int)
_OBJECTS = (dict, Mapping)
_NO_CLASS = frozenset({"title", "abstractNote"})
_NO_CREATOR: Data = {}
_CITATION_KEY = lazy_regex(r"^\s{0,8}Citation Key\s?:\s?(\S+)\s*$", re.I | re.M)

# Where an item says what it appeared in: "arXiv preprint arXiv:1706.03762" is Google Scholar's.
_NAMING = (
    *("publicationTitle", "proceedingsTitle", "bookTitle", "websiteTitle", "repository"),
    *("number", "reportNumber", "issue"),
)

_ARXIV_ID = r"(?P<id>\d{4}\.\d{4,5}|[a-z-]{2,10}(?:\.[A-Za-z-]{2,9})?/\d{7})(?:v\d{1,3})?(?![\w/])"
_ARXIV_CLASS = r"(?:\s{0,3}\[(?P<class>[^\]\n]{1,60})\])?"
_ARXIV_BARE = lazy_regex(rf"^\s{{0,3}}{_ARXIV_ID}{_ARXIV_CLASS}\s{{0,3}}$", re.I)
_ARXIV_NAMED = lazy_regex(rf"(?:^|\s)arxiv\s?:\s?{_ARXIV_ID}{_ARXIV_CLASS}", re.I)
_ARXIV_CORR = lazy_regex(rf"^\s{{0,3}}abs/{_ARXIV_ID}\s{{0,3}}$", re.I)  # DBLP's volume of CoRR
_ARXIV_LINE = lazy_regex(
    rf"^\s{{0,8}}(?:tex\.|_)?(?:arxiv(?: ?id)?|eprint)\s?[:=]\s{{0,3}}"
    rf"(?:arxiv\s?:\s?)?{_ARXIV_ID}{_ARXIV_CLASS}",
    re.I | re.M,
)
# Behind the address of a proxy or an archive of the web, too.
_ARXIV_ADDRESS = lazy_regex(rf"(?:arxiv\.org/(?:abs|pdf|html)/|10\.48550/arxiv\.){_ARXIV_ID}", re.I)
_MENTIONS = (
    (_ARXIV_BARE, ("archiveID",)),
    (_ARXIV_NAMED, _NAMING),
    (_ARXIV_CORR, ("volume",)),
    (_ARXIV_ADDRESS, ("DOI", "url")),
)
_PRIMARY = lazy_regex(r"\[([a-z-]{2,10}(?:\.[A-Za-z-]{2,9})?)\]")


def _class_in(text: str) -> str:
    found = _PRIMARY.search(text)
    return found[1] if found else ""


_EXTRA_KEY = lazy_regex(
    r"(?:_?eprint|tex\.eprint|arxiv(?: id|id)?)\s{0,3}[:=]\s{0,3}(?:arxiv:\s{0,3})?(?=[\w-])", re.I
)
_DOI_KEY = lazy_regex(r"(?:tex\.)?doi\s{0,3}[:=]\s{0,3}|url\s{0,3}[:=]\s{0,3}", re.I)
_ARXIV_VALUE = lazy_regex(r"arxiv:\s?[\w./-]{5,30} \[[\w., -]{1,60}\]$", re.I)


def _identifier(text: str) -> Identifier | None:
    """Return the identifier that a field or a line of Extra is, whatever key stands before it."""
    if key := _EXTRA_KEY.match(text):
        text = f"arXiv:{text[key.end() :]}"
    elif key := _DOI_KEY.match(text):
        text = text[key.end() :]
    if " " in text and not _ARXIV_VALUE.match(text):
        return None
    return identifier_of(text.strip())
