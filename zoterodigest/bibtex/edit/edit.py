"""Edits of entries that stand in a .bib, whoever wrote them: fields of records into their places.

The .bib as a side of a sync is written here; `splice.py` is for exports.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set

from zoterodigest.bibtex.edit.operations import (
    TYPE,
    UNREADABLE,
    BibContext,
    CannotBeWritten,
    DeclinedBibEdit,
    Operation,
    rewriting,
    verified,
)
from zoterodigest.bibtex.export.entry import BibEntry
from zoterodigest.bibtex.export.values import encode_doi, encode_pages
from zoterodigest.bibtex.facts.proceedings import named_proceedings
from zoterodigest.bibtex.facts.rules import BibRules, Style
from zoterodigest.bibtex.reading import (
    VENUES,
    BibRecord,
    StandingEntry,
    TexFields,
    standing_entries,
)
from zoterodigest.bibtex.tex.latex import Dialect, decode, encode
from zoterodigest.bibtex.tex.names import Creator, encode_name, texts_by_name
from zoterodigest.bibtex.tex.titles import encode_title, folded_title
from zoterodigest.bibtex.tiles.scanner import scan
from zoterodigest.bibtex.tiles.tiles import Bibliography
from zoterodigest.core.links.view import Folding, canonical
from zoterodigest.core.values.identity import Identifier
from zoterodigest.core.values.names import CollectiveName, PersonName, full_name, split_name
from zoterodigest.core.values.record import EMPTY, Fields, Names, Value, is_empty, plain_text
from zoterodigest.core.values.venue import VenueKind
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex


@dataclass(frozen=True, slots=True)
class EditedBib:
    """The outcome of `put`: the new bytes, and what was refused."""

    source: bytes
    refusals: tuple[DeclinedBibEdit, ...] = ()


def put_bib(
    bibliography: Bibliography, changes: Mapping[str, Fields], style: Style, rules: BibRules
) -> EditedBib:
    """Write `changes` (citation key to fields of a record; EMPTY clears) into entries.

    The fields are those in `TEX_FIELDS`; each is written where the entry has it (a year into its
    `date`, a venue into its `booktitle`), or where entries of its type have it. What reads as asked
    already is left as it stands. Of two entries with one key the first is meant. What would not
    read back as asked, or would change another field, is refused; every other byte stays.
    """
    trial = _BibTrial(bibliography, style, rules)
    by_key = {entry.key: entry for entry in reversed(standing_entries(bibliography))}
    # Each field is tried with those kept before it, so that one bad value refuses itself alone.
    operations: list[Operation] = []
    refusals: list[DeclinedBibEdit] = []
    for key, fields in sorted(changes.items()):
        if (entry := by_key.get(key)) is None:
            refusals += [DeclinedBibEdit(key, name, "no entry has this key") for name in fields]
            continue
        kept: dict[str, Value] = {}
        for name, value in sorted(fields.items()):
            try:
                trial.operations(entry, {**kept, name: value})
            except CannotBeWritten as error:
                refusals.append(DeclinedBibEdit(key, name, str(error)))
            else:
                kept[name] = value
        operations += trial.operations(entry, kept)
    source, dropped = verified(bibliography, operations)
    for one in dropped:
        refusals += [DeclinedBibEdit(one.key, it, UNREADABLE) for it in changes[one.key]]
    return EditedBib(source, tuple(sorted(refusals)))


_IN_BOOKS = frozenset({"inproceedings", "conference", "incollection", "inbook"})
_WITHOUT_VENUE = frozenset({"misc", "online", "unpublished"})
_FROM_PARENT = ("crossref", "xdata", "xref")
_PLAIN_HOMES = {"authors": "author", "pages": "pages", "doi": "doi"}
_YEAR = lazy_regex(r"(?<!\d)\d{4}(?!\d)")


class _BibTrial:
    """Edits of one .bib, tried out."""

    def __init__(self, bibliography: Bibliography, style: Style, rules: BibRules) -> None:
        self._context = BibContext(bibliography)
        self._style = style
        self._rules = rules
        self._folding = Folding(rules.venues.canonical, folded_title)

    def operations(self, entry: StandingEntry, fields: Fields) -> list[Operation]:
        """Return the operation that writes `fields` into an entry, none if they stand there.

        Raises `CannotBeWritten` if the entry would not read as asked then, and as before in
        everything else.
        """
        before, now = entry.record(self._rules.venues), entry.texts
        asked = {
            name: value
            for name, value in fields.items()
            if self._form(name, value) != self._form(name, before.fields.get(name, EMPTY))
        }
        if not asked:
            return []
        new = self._texts(before, now, asked)
        changed = frozenset(home for home, text in new.items() if text != now.get(home, ""))
        texts = {**now, **new}
        wanted = tuple((home, text) for home, text in texts.items() if text or home not in changed)
        entry_type = _type_with(before.type, changed)
        if entry_type != before.type:
            changed |= {TYPE}
        asked_entry = BibEntry(entry_type, before.key, wanted)
        operation = rewriting(self._context, entry, asked_entry, changed)
        alone = scan(operation.entry)
        after = StandingEntry(alone, alone.entries[0], entry.macros)
        self._require_as_asked(before, after.record(self._rules.venues), asked)
        return [operation]

    def _texts(self, record: BibRecord, now: TexFields, asked: Fields) -> dict[str, str]:
        """Return the TeX that is to stand in the entry's fields, "" in one that goes."""
        year = plain_text(asked.get("year", record.fields.get("year", EMPTY)))
        new: dict[str, str] = {}
        for name, value in asked.items():
            homes = _homes(name, record, now, self._style.dialect)
            if not homes:
                homes = self._new_place(plain_text(value), now)
            if name in record.untold:
                raise CannotBeWritten("what stands there is no text")
            for home, part in _parts(name, value, homes, now).items():
                slot = TexSlot(self._style, self._rules, now.get(home, ""), year)
                tex = tex_of(name, part, slot)
                if home == "date" and tex and now.get("date"):
                    tex = _YEAR.sub(tex, now["date"])
                new[home] = tex
        return {**_arxiv_kept(record, now, new, self._style.dialect), **new}

    def _new_place(self, venue: str, now: TexFields) -> tuple[str, ...]:
        """Return the field for the venue of an entry whose type has none so far."""
        found = self._rules.venues.find(venue)
        if found and found.kind is VenueKind.JOURNAL:
            return (_journal(now, self._style.dialect),)
        return ("booktitle",)

    def _form(self, name: str, value: Value) -> Value:
        return canonical(name, value, self._folding)

    def _require_as_asked(self, before: BibRecord, after: BibRecord, asked: Fields) -> None:
        if any(self._differs(name, value, after) for name, value in asked.items()):
            raise CannotBeWritten(UNREADABLE)
        # A date holds the year: it changes with it, and that is no edit of another field.
        following = asked.keys() | ({"date"} if "year" in asked else set())
        others = sorted((before.fields.keys() | after.fields.keys()) - following)
        for name in others:
            if self._differs(name, before.fields.get(name, EMPTY), after):
                raise CannotBeWritten(f"it would change the field {name} as well")
        if _other_identifiers(before, asked) != _other_identifiers(after, asked):
            raise CannotBeWritten("it would change what identifies the work")

    def _differs(self, name: str, value: Value, record: BibRecord) -> bool:
        return self._form(name, value) != self._form(name, record.fields.get(name, EMPTY))


def _homes(name: str, record: BibRecord, now: TexFields, dialect: Dialect) -> tuple[str, ...]:
    """Return the fields in which an entry has a field of a record, or should have it.

    None if its type has no place for a venue and may become one that has.
    """
    if name == "title":
        return ("title", "subtitle") if now.get("subtitle") else ("title",)
    if name in _PLAIN_HOMES:
        return (_PLAIN_HOMES[name],)
    homes = ("year", "date") if name == "year" else VENUES
    if present := tuple(home for home in homes if home in now):
        return present if name == "year" else present[:1]
    if any(parent in now for parent in _FROM_PARENT):
        raise CannotBeWritten("it may come from the entry that this one refers to")
    if name == "year":
        return ("date",) if _is_biblatex(now, dialect) else ("year",)
    if record.type in _IN_BOOKS:
        return ("booktitle",)
    if record.type in _WITHOUT_VENUE:
        return ()
    if record.type != "article":
        raise CannotBeWritten(f"an entry of type {record.type} has no place for it")
    return (_journal(now, dialect),)


def _arxiv_kept(
    record: BibRecord, now: TexFields, new: TexFields, dialect: Dialect
) -> dict[str, str]:
    """Return the fields for an arXiv id that so far stands only where a venue is written."""
    arxiv = record.fields.get("arxiv", EMPTY)
    is_lost = any("arxiv" in now.get(home, "").lower() for home in new if home in VENUES)
    if not is_lost or "eprint" in now or not isinstance(arxiv, str):
        return {}
    archive = "eprinttype" if _is_biblatex(now, dialect) else "archiveprefix"
    return {"eprint": arxiv, archive: "arXiv"}


def _is_biblatex(now: TexFields, dialect: Dialect) -> bool:
    return dialect is Dialect.BIBLATEX or "date" in now or "journaltitle" in now


def _journal(now: TexFields, dialect: Dialect) -> str:
    return "journaltitle" if _is_biblatex(now, dialect) else "journal"


def _type_with(entry_type: str, changed: Set[str]) -> str:
    """Return the type of an entry once the fields in `changed` stand in it."""
    if entry_type not in _WITHOUT_VENUE:
        return entry_type
    if "booktitle" in changed:
        return "inproceedings"
    return "article" if changed & {"journal", "journaltitle"} else entry_type


def _parts(name: str, value: Value, homes: tuple[str, ...], now: TexFields) -> dict[str, Value]:
    """Return what each of the fields `homes` is to hold of a value."""
    if homes == ("title", "subtitle") and isinstance(value, str):
        title, subtitle = _title_parts(value, decode(now["subtitle"]))
        parts = {"title": title, "subtitle": subtitle}
        return {home: part for home, part in parts.items() if decode(now.get(home, "")) != part}
    if name == "year" and "date" in now and not is_empty(value):
        years = set(_YEAR.findall(now["date"]) + _YEAR.findall(now.get("year", "")))
        if len(years) != 1:
            raise CannotBeWritten("more than one year stands there")
    return dict.fromkeys(homes, value)


def _title_parts(title: str, subtitle: str) -> tuple[str, str]:
    """Part a title into title and subtitle; a subtitle that stays keeps its bounds."""
    if title.endswith(f": {subtitle}"):
        return title.removesuffix(f": {subtitle}"), subtitle
    first, _, rest = title.partition(": ")
    return first, rest


def _other_identifiers(record: BibRecord, asked: Fields) -> frozenset[Identifier]:
    """Return the identifiers of the work, without those that are asked for."""
    return frozenset(one for one in record.identifiers if one.scheme not in asked)


@dataclass(frozen=True, slots=True)
class TexSlot:
    """Where a value goes: the TeX that stands there, and the year of the work."""

    style: Style
    rules: BibRules
    standing: str = ""
    year: str = ""


def tex_of(name: str, value: Value, slot: TexSlot) -> str:
    """Return the value of a record's field `name` as TeX; "" for one that holds nothing.

    Names that stand there already keep the TeX they have, and a venue stays short where the
    standing name is. The fields are those in `TEX_FIELDS`. Braces come out balanced, whatever is
    in the value; whether it reads back as it was is for the caller to see.
    """
    return "" if is_empty(value) else _WRITERS[name](value, slot)


def _authors(value: Value, slot: TexSlot) -> str:
    if not isinstance(value, Names):
        return ""
    # Names that did not change keep their TeX: people write accents and braces in their own way.
    standing = {_form(name): tex for name, tex in texts_by_name(slot.standing).items()}
    dialect, people = slot.style.dialect, value.people
    texts = [standing.get(_form(it)) or encode_name(_creator(it), dialect) for it in people]
    return " and ".join([*filter(None, texts), *(["others"] if value.truncated else [])])


def _form(name: str) -> str:
    return full_name(split_name(name))


def _creator(name: str) -> Creator:
    match split_name(name):
        case PersonName(first, last):
            return Creator("author", last, first)
        case CollectiveName(whole):
            return Creator("author", whole, is_body=True)


def _venue(value: Value, slot: TexSlot) -> str:
    place = named_proceedings(plain_text(value), slot.year, slot.rules)
    standing, venues = decode(slot.standing), slot.rules.venues
    is_short = slot.style.short_venues
    if standing and venues.find(standing):
        is_short = venues.by_official(standing) is None
    return encode(place.short_name if is_short else place.name, slot.style.dialect)


_WRITERS: Mapping[str, Callable[[Value, TexSlot], str]] = {
    "title": lambda it, at: encode_title(plain_text(it), at.style.dialect, at.rules.proper),
    "authors": _authors,
    "venue": _venue,
    "year": lambda it, at: encode(plain_text(it), at.style.dialect),
    "pages": lambda it, at: encode_pages(plain_text(it), at.style.dialect),
    "doi": lambda it, at: encode_doi(plain_text(it)),
}
TEX_FIELDS = tuple(_WRITERS)
"""The fields of a record that can be written into an entry."""
