"""How many papers the library and the digests of a workspace hold, by what they say of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from operator import attrgetter

from zoterodigest.core.values.dates import year_in
from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.core.values.record import (
    EMPTY,
    MARKS,
    Entry,
    Fields,
    Item,
    is_empty,
    member_texts,
    text_in,
)
from zoterodigest.digest.read.title_marks import READ
from zoterodigest.errors import ZoterodigestError
from zoterodigest.frozen import dataclass
from zoterodigest.project.documents import read_cited
from zoterodigest.sync.exports.keying import keys_of
from zoterodigest.sync.gathering.gather import Gathered, gather
from zoterodigest.sync.gathering.sources import ReadDigest, Source
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.items.duplicates import entries_with_items

_Values = Callable[[Fields], Iterable[str]]
"""What values of one kind a record has, each of which counts."""

_Names = Mapping[SourceKey, str]
"""How the files of entries are shown."""

_Records = tuple[Sequence[Fields], Sequence[Fields]]
"""The records of items and those of entries."""

Weeks = Mapping[date, int]
"""The number of items that were added in each week (UTC), by its Monday."""


@dataclass(frozen=True, slots=True)
class PaperCount:
    """How many items of the library, and how many entries of digests, have one value."""

    name: str
    items: int
    entries: int


@dataclass(frozen=True, slots=True)
class DigestCount:
    """How many entries a digest has, and how many of them are linked with an item.

    The files of a vault are counted together, under the path of the vault.
    """

    digest: str
    entries: int
    linked: int


@dataclass(frozen=True, slots=True)
class CitedPaper:
    """A paper that a document cites, by its citation key and item key; "" is what it lacks."""

    citekey: str
    item: str
    title: str
    year: str


@dataclass(frozen=True, slots=True)
class CitedStats:
    """What the documents that a project names cite, and what of that is not marked as read.

    `problems` are sentences on documents that cannot be read.
    """

    documents: tuple[str, ...] = ()
    cited: int = 0
    unread: tuple[CitedPaper, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PaperStats:
    """Counts over the live items of a library and the entries of digests.

    `years` begin with the latest, `venues` and `tasks` with the most frequent. In `missing` a
    field counts if the item's type has it, or another entry of the digest.
    """

    items: int
    entries: int
    linked: int
    years: tuple[PaperCount, ...]
    venues: tuple[PaperCount, ...]
    tasks: tuple[PaperCount, ...]
    digests: tuple[DigestCount, ...]
    weeks: Weeks
    missing: tuple[PaperCount, ...]
    cited: CitedStats


def stats_of(workspace: Workspace) -> PaperStats:
    """Read everything as a run would and count it; writes nothing."""
    # A star or a checked box counts, also where the project keeps it out of the library.
    gathered = gather(replace(workspace, zotero=replace(workspace.zotero, marks=True)))
    live = [item for item in gathered.contents.items if not item.is_trashed]
    # A .bib repeats what digests or library have: it counts if it was read alone.
    sources = gathered.digests or gathered.sources
    names = {read.key: _shown_name(read) for read in sources}
    linked = [(one, item) for one, item in entries_with_items(gathered) if one.digest in names]
    entries = [entry for entry, _ in linked]
    records = [one.fields for one in live], [one.fields for one in entries]
    folding = workspace.zotero.folding()
    return PaperStats(
        items=len(live),
        entries=len(entries),
        linked=sum(bool(item) for _, item in linked),
        years=tuple(sorted(_counts(_years, str, records), key=attrgetter("name"), reverse=True)),
        venues=tuple(sorted(_counts(_venues, folding.venue, records), key=_frequency)),
        tasks=tuple(
            sorted(_counts(_tasks, partial(folding.member, "task"), records), key=_frequency)
        ),
        digests=tuple(_by_digest(names, linked)),
        weeks=_weeks(gathered.contents.by_key[it.key].json.text("dateAdded") for it in live),
        missing=tuple(_missing(live, entries, names)),
        cited=_cited(workspace, gathered, _read_items(live, linked)),
    )


def last_weeks(weeks: Weeks, number: int) -> list[tuple[date, int]]:
    """Return the last `number` weeks up to the latest one that has items, also those without."""
    if not weeks:
        return []
    latest, first = max(weeks), min(weeks)
    length = min(number, (latest - first).days // 7 + 1)
    days = (latest - timedelta(weeks=back) for back in reversed(range(length)))
    return [(day, weeks.get(day, 0)) for day in days]


def _frequency(count: PaperCount) -> tuple[int, str]:
    return -max(count.items, count.entries), count.name


def _counts(values: _Values, fold: Callable[[str], str], records: _Records) -> Iterator[PaperCount]:
    """Yield the counts of what is one value under `fold`, in its most frequent spelling."""
    of_items, of_entries = (
        Counter(value for fields in each for value in values(fields)) for each in records
    )
    spellings: dict[str, list[str]] = defaultdict(list)
    for value in sorted(of_items.keys() | of_entries.keys()):
        spellings[fold(value)].append(value)
    for each in spellings.values():
        # The library's spelling first: what stands in a digest goes there in one form.
        name = max(each, key=lambda one: (of_items[one], of_entries[one]))
        yield PaperCount(name, *(sum(map(of.__getitem__, each)) for of in (of_items, of_entries)))


def _years(fields: Fields) -> Iterable[str]:
    found = (
        year_in(value) for value in map(fields.get, ("year", "date")) if isinstance(value, str)
    )
    year = next(filter(None, found), "")
    return (year,) if year else ()


def _venues(fields: Fields) -> Iterable[str]:
    venue = text_in(fields, "venue")
    return (venue,) if venue else ()


def _tasks(fields: Fields) -> Iterable[str]:
    return member_texts(fields.get("task"))


def _by_digest(names: _Names, linked: Iterable[tuple[Entry, str]]) -> Iterator[DigestCount]:
    entries, of_items = Counter[str](), Counter[str]()
    for entry, item in linked:
        entries[names[entry.digest]] += 1
        of_items[names[entry.digest]] += bool(item)
    for name in dict.fromkeys(names.values()):
        yield DigestCount(name, entries[name], of_items[name])


def _shown_name(read: Source) -> str:
    if isinstance(read, ReadDigest) and read.digest.rules.is_vault:
        return read.digest.rules.path
    return read.key


def _weeks(stamps: Iterable[str]) -> Weeks:
    found = Counter[date]()
    for stamp in stamps:
        try:
            day = date.fromisoformat(stamp[:10])
        except ValueError:  # an item that was never synced may have none
            continue
        found[day - timedelta(days=day.weekday())] += 1
    return dict(sorted(found.items()))


_WANTED = ("authors", "date", "venue", "abstract", "task")


def _missing(
    items: Sequence[Item], entries: Sequence[Entry], names: _Names
) -> Iterator[PaperCount]:
    shown = {(names[one.digest], name) for one in entries for name in _WANTED if _has(one, name)}
    for name in _WANTED:
        # An item carries each field that its type has, a digest those that any of its entries has.
        lacking = (one.fields.get(name) == EMPTY and not _has(one, name) for one in items)
        without = (
            (names[one.digest], name) in shown
            and not _has(one, name)
            and name not in one.unreadable
            for one in entries
        )
        yield PaperCount(name, sum(lacking), sum(without))
    yield PaperCount(
        "identifier", *(sum(not it.identifiers for it in each) for each in (items, entries))
    )


def _has(one: Item | Entry, name: str) -> bool:
    # A digest shows a year beside the venue, a date, or both.
    return any(_years(one.fields)) if name == "date" else not is_empty(one.fields.get(name, EMPTY))


def _read_items(items: Iterable[Item], linked: Iterable[tuple[Entry, str]]) -> frozenset[str]:
    """Return the keys of the items that they themselves or their entries mark as read."""
    marked = (one.key for one in items if READ in member_texts(one.fields.get(MARKS)))
    checked = (key for entry, key in linked if READ in member_texts(entry.fields.get(MARKS)))
    return frozenset((*marked, *checked))


def _cited(workspace: Workspace, gathered: Gathered, read: frozenset[str]) -> CitedStats:
    bibs = workspace.project.configuration.bibliographies
    documents = tuple(dict.fromkeys(path for rules in bibs for path in rules.cited))
    if not documents:
        return CitedStats()
    cited, cites_all, problems = set[str](), False, []
    for path in documents:
        try:
            found = read_cited([workspace.project.root / path])
        except ZoterodigestError as error:
            problems.append(str(error))
            continue
        cited |= {*found.keys}
        cites_all |= found.cites_all
    items = {item.key: item.fields for item in gathered.contents.items}
    named = {one.key.text: one.work.key for one in keys_of(workspace, gathered).items}
    works = {key: item for key, item in sorted(named.items()) if cites_all or key in cited}
    unread = tuple(
        CitedPaper(key, item, text_in(items[item], "title"), next(iter(_years(items[item])), ""))
        for key, item in works.items()
        if item not in read
    )
    return CitedStats(documents, len(works), unread, tuple(problems))
