"""Entries in JSON and YAML: the members of lists that show that they are papers.

Which list that is, its members show: any list may hold them, under any key.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from zoterodigest.core.values.identity import is_paper_url
from zoterodigest.core.values.key_table import folded_key
from zoterodigest.core.values.record import EMPTY, Names, is_empty
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.digest.format.format import DigestFormat
from zoterodigest.digest.read.claimed import claimed_entry, is_entry
from zoterodigest.digest.read.data_fields import has_title, member_claims, text_under
from zoterodigest.digest.read.data_tree import DataList, DataMapping, DataNode
from zoterodigest.digest.read.document import DigestEntry, Problem
from zoterodigest.digest.read.evidence import has_target, is_evident
from zoterodigest.digest.read.found import span_of
from zoterodigest.digest.read.lines import Lines
from zoterodigest.frozen import frozen

_ENOUGH = 0.5
"""The share of a list's members that must be papers for one without evidence to be one."""

_NO_PAPERS = frozenset(
    {"software", "tools", "models", "datasets", "projects", "code", "news", "talks", "teaching"}
    | {"courses", "books", "people", "team", "members", "posts", "blog", "events", "videos"}
    | {"websites", "jobs", "products", "press", "media"}
)
"""What lists are called that may have a paper beside each member, and hold none."""

_NO_PAPER_KINDS = frozenset(
    {"software", "software code", "software container", "software executable", "website"}
    | {"webpage", "dataset", "data", "database", "video", "talk", "news", "blog", "post"}
    | {"post weblog", "course", "tool", "model", "project", "person", "movie", "song"}
)
"""What the key `type` calls a member that is no paper."""

_BESIDE = frozenset(
    {"slides", "poster", "video", "talk", "supplement", "supplementary", "appendix"}
)
"""What leads to a file beside a paper, or beside something else."""

_FOR_SALE = frozenset({"isbn", "price"})
_NAMES = ("name", "title", "section", "heading", "category", "topic", "label", "year")
"""The keys that name a part of a file, the surest first."""

_SHARED_LINE = "another paper stands on its line: give each paper lines of its own"

_Path = tuple[str, ...]


@frozen()
class _PaperList:
    """The entries of a list, and the names of the parts of the file that it stands in."""

    path: _Path
    entries: tuple[DigestEntry, ...]


def data_entries(
    lines: Lines, root: DataNode, form: DigestFormat, venues: VenueTable
) -> list[DigestEntry]:
    """Return the entries among the values of a file, in order.

    If several lists hold entries, they stand under headings: the names by which the lists differ.
    """
    found = _PaperFinder(lines, form, venues).lists_in(root, ())
    lists = sorted(found, key=lambda one: one.entries[0].first)
    headings = _headings([one.path for one in lists])
    placed = (
        entry.under(*paths)
        for paths, one in zip(headings, lists, strict=True)
        for entry in one.entries
    )
    return _apart(lines, sorted(placed, key=lambda entry: (entry.first, entry.last)))


class _PaperFinder:
    """Finds the lists of papers of one file."""

    def __init__(self, lines: Lines, form: DigestFormat, venues: VenueTable) -> None:
        self._lines = lines
        self._form = form
        self._venues = venues

    def lists_in(self, node: DataNode, path: _Path) -> Iterator[_PaperList]:
        """Yield the lists in `node`; those in a paper are part of what it says."""
        taken = self._papers(_members(node), path)
        if taken:
            yield _PaperList(path, tuple(taken.values()))
        for name, child in _parts(node):
            if not isinstance(child, DataMapping) or child.start not in taken:
                yield from self.lists_in(child, (*path, *name))

    def _papers(self, members: Sequence[DataMapping], path: _Path) -> dict[int, DigestEntry]:
        """Return the entries among the members of a list, by where they begin."""
        titled = [it for it in members if has_title(it, self._form)]
        may_be = {it.start: self._entry(it) for it in titled if not _is_other(it)}
        may_be = {start: entry for start, entry in may_be.items() if is_entry(entry)}
        is_doubtful = not _NO_PAPERS.isdisjoint(map(folded_key, path))
        evident = {at for at, entry in may_be.items() if _shows_paper(entry, is_doubtful)}
        # At least one must be evident, or any list with titles would be a list of papers.
        is_list = not is_doubtful and len(evident) >= max(1, _ENOUGH * len(titled))
        return {
            at: entry
            for at, entry in may_be.items()
            if at in evident or (is_list and (has_target(entry) or any(_stated(entry))))
        }

    def _entry(self, member: DataMapping) -> DigestEntry:
        claims = member_claims(self._lines, member, self._form, self._venues)
        return claimed_entry(self._lines, self._form, self._venues, claims)


def _members(node: DataNode) -> tuple[DataMapping, ...]:
    """Return the mappings in a list, or those that all keys of a mapping lead to."""
    if isinstance(node, DataList):
        return tuple(item for item in node.items if isinstance(item, DataMapping))
    if isinstance(node, DataMapping):
        found = [value for _, value in node.pairs if isinstance(value, DataMapping)]
        return tuple(found) if len(found) == len(node.pairs) > 1 else ()
    return ()


def _parts(node: DataNode) -> Iterator[tuple[_Path, DataNode]]:
    """Yield what is in a list or mapping, with its name: its own, else its key."""
    if isinstance(node, DataList):
        yield from ((_own_name(item), item) for item in node.items)
    elif isinstance(node, DataMapping):
        yield from ((_own_name(it) or (key.value or "",), it) for key, it in node.pairs)


def _own_name(node: DataNode) -> _Path:
    found = text_under(node, _NAMES) if isinstance(node, DataMapping) else None
    return () if found is None else (" ".join((found.value or "").split()),)


def _stated(entry: DigestEntry) -> tuple[bool, bool]:
    """Return whether an entry says who wrote it, and where it appeared."""
    fields = entry.reading.fields
    has_authors = not is_empty(fields.get("authors", EMPTY)) or "authors" in entry.unreadable
    return has_authors, not is_empty(fields.get("venue", EMPTY))


def _shows_paper(entry: DigestEntry, is_doubtful: bool) -> bool:
    """Whether an entry shows that it is a paper; in a list of other things by more than a link."""
    fields = entry.reading.fields
    has_authors, has_venue = _stated(entry)
    if is_doubtful:
        return has_authors and has_venue and is_evident(entry)
    authors = fields.get("authors", EMPTY)
    is_several = isinstance(authors, Names) and (authors.truncated or len(authors.people) > 1)
    is_dated = is_several and not is_empty(fields.get("year", EMPTY))
    is_told = has_authors and not is_empty(fields.get("abstract", EMPTY))
    # A key for an identifier is one of papers, however short the title is.
    is_keyed = any(slot.name in ("arxiv", "doi") and slot.text.data for slot in entry.slots)
    return is_keyed or is_dated or is_told or (is_evident(entry) and _leads_to_it(entry))


def _leads_to_it(entry: DigestEntry) -> bool:
    """Whether it says where it appeared, or a link leads to the paper and not to what is beside."""
    is_identified = any(found.scheme != "url" for found in entry.reading.identifiers)
    links = (it for it in entry.reading.links if folded_key(it.label) not in _BESIDE)
    return all(_stated(entry)) or is_identified or any(is_paper_url(it.url) for it in links)


def _is_other(member: DataMapping) -> bool:
    """Whether a mapping says that it is something else than a paper."""
    kind = text_under(member, ("type",))
    keys = {folded_key(key.value or "") for key, _ in member.pairs}
    is_named_so = kind is not None and folded_key(kind.value or "") in _NO_PAPER_KINDS
    is_sold = not keys.isdisjoint(_FOR_SALE) and keys.isdisjoint({"doi", "arxiv"})
    return is_named_so or is_sold


def _headings(paths: Sequence[_Path]) -> list[tuple[_Path, _Path]]:
    """Return the texts and keys of the headings of lists: what the paths have not in common."""
    bare = list(paths) if len(paths) > 1 else [() for _ in paths]
    while all(bare) and len({path[0] for path in bare}) == 1:
        bare = [path[1:] for path in bare]
    while all(bare) and len({path[-1] for path in bare}) == 1:
        bare = [path[:-1] for path in bare]
    seen: Counter[_Path] = Counter()
    headings: list[tuple[_Path, _Path]] = []
    for path in bare:
        seen[path] += 1
        # A repeated heading gets a number, or two lists would share one collection.
        is_first = seen[path] == 1 or not path
        keys = path if is_first else (*path[:-1], f"{path[-1]}#{seen[path]}")
        headings.append((path, keys))
    return headings


def _apart(lines: Lines, entries: Sequence[DigestEntry]) -> list[DigestEntry]:
    """Return entries that share no line; those that do are broken.

    Where one ends on the line on which the next begins, that one begins a line below: `}, {`.
    """
    apart: list[DigestEntry] = []
    for entry in entries:
        above = apart[-1] if apart else None
        if above is not None and entry.first <= above.last:
            below = lines.line_at(min((it.span.start for it in entry.slots), default=0))
            if above.last < below <= entry.last:
                entry = replace(entry, first=below, span=span_of(lines, below, entry.last))
            else:
                apart[-1], entry = _broken(above), _broken(entry)
        apart.append(entry)
    return apart


def _broken(entry: DigestEntry) -> DigestEntry:
    problem = Problem(entry.first + 1, _SHARED_LINE)
    problems = entry.problems if problem in entry.problems else (*entry.problems, problem)
    return replace(entry, broken=_SHARED_LINE, problems=problems)
