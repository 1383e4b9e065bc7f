"""What a run sees of its sources without reading them: prints, by which it finds what is loud.

Only a run of all entries in plain circumstances looks at prints; any other reads everything.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import field
from hashlib import blake2b
from os.path import isfile
from typing import TYPE_CHECKING

from zoterodigest.core.plan.seen import Seen
from zoterodigest.core.values.file_keys import BibKey, SourceKey
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.read.later import LaterEntry
from zoterodigest.frozen import dataclass
from zoterodigest.library.port import Collection, LibraryItem
from zoterodigest.project.config import DigestRules
from zoterodigest.project.digests import read_digest
from zoterodigest.project.files import read_if_present
from zoterodigest.project.layout import BibFile, Digest
from zoterodigest.project.marks import KeptMarks
from zoterodigest.project.memory import MemoryHead, memory_head, read_memory_head
from zoterodigest.project.pending import read_pending
from zoterodigest.project.walks import find_project
from zoterodigest.sync.gathering.gather import Gathered
from zoterodigest.sync.gathering.sources import ReadDigest, folders_of, format_choices
from zoterodigest.sync.gathering.workspace import Workspace

if TYPE_CHECKING:
    from zoterodigest.digest.format.format import DigestFormat

_PRINT_SIZE = 12

AS_IN_LOCK, DIFFERS = "", "differs"
"""Prints of rows: how they are remembered."""


@dataclass(frozen=True, slots=True)
class SourcePrints:
    """The sources of a run but for the library: the digests' `data` and the prints of their files,
    the lock file, the memory, a print of the files that formats follow from, and the bytes of the
    .bib files.

    Of a run that names a part of the digests, `files` and `formats` are of all, as they were when
    marks were left, and `data` of those that it names.
    """

    files: Mapping[SourceKey, str]
    data: Mapping[SourceKey, bytes]
    lock_data: bytes
    memory: MemoryHead
    formats: str
    bibs: Mapping[BibKey, bytes | None]
    choices: Mapping[SourceKey, bytes] = field(default_factory=dict)

    @property
    def is_part(self) -> bool:
        """Whether the run names a part of the digests."""
        return len(self.data) < len(self.files)


def is_project_alone(workspace: Workspace) -> bool:
    """Tell whether nothing but digests, lock file, memory and library takes part in a run, and .bib
    files that hold what is made of linked items.

    Any other bibliography takes in more, facts about papers that were added may be of any item, and
    what a killed run left is to be put in order: with any of these everything is read.
    """
    project = workspace.project
    return (
        all(map(_follows_items, workspace.bibs))
        and not workspace.wanted_format
        and not project.journal_path.exists()
        and has_one_configuration(workspace)
        and not read_pending(project.state_folder)
    )


def _follows_items(bib: BibFile) -> bool:
    """Tell whether a .bib is exported from items that are linked with digests, and from no more.

    Whether an entry may be pruned also depends on who made the file.
    """
    rules = bib.rules
    has_more = bib.is_two_way or rules.cited or rules.note or rules.prune
    return not has_more and rules.items == "digests"


def has_one_configuration(workspace: Workspace) -> bool:
    """Tell whether no digest lies in the folder of another project."""
    project = workspace.project
    config = project.config_path if project.is_configured else None
    return all(find_project(folder) == config for folder in folders_of(workspace))


def sources_now(workspace: Workspace, left: KeptMarks | None = None) -> SourcePrints | None:
    """Return the sources of a run; None if there is no lock file, or no memory that goes with it.

    What marks `left` tells of the digests that the run does not name; None if these are read by
    other formats now, or if a list among them is gone, which every run reports. Raises `BadInput`
    for a digest that cannot be read.
    """
    choices = format_choices(workspace)
    keys = {choice: choice.read().key for choice in set(choices.values())}
    chosen: dict[SourceKey, bytes] = {key: keys[choice] for key, choice in choices.items()}
    data: dict[SourceKey, bytes] = {}
    prints: dict[SourceKey, str] = {}
    for digest in workspace.digests:
        data[digest.key] = read_digest(digest.path).data
        prints[digest.key] = file_print(digest, data[digest.key], chosen[digest.key])
    lock_data = read_if_present(workspace.project.lock_path)
    memory = lock_data and read_memory_head(workspace.memory_path, lock_data)
    if not (lock_data and memory):
        return None
    bibs = {bib.key: read_if_present(bib.path) for bib in workspace.bibs}
    formats = formats_print(chosen.values())
    others = left.files.keys() - prints.keys() if left else frozenset()
    if workspace.is_named and left and others:
        # What areas were judged to be is known by the names of formats.
        if not set(formats.split()) <= set(left.formats.split()):
            return None
        root = workspace.project.root
        # Of 5,000 notes `Path.is_file` takes three times as long, 22 ms.
        # A list that is gone counts also in a run that doesn't name it.
        gone = [key for key in others if not isfile(f"{root}/{key}")]  # noqa: PTH113  (as above)
        if not may_come_and_go(workspace, gone):
            return None
        prints, formats = {**left.files, **prints}, left.formats
    return SourcePrints(prints, data, lock_data, memory, formats, bibs, chosen)


def formats_print(choices: Iterable[bytes]) -> str:
    """Return a print of the files that formats follow from: of each choice, once, in order."""
    return " ".join(sorted(map(_print, {*choices})))


def sources_read(workspace: Workspace, gathered: Gathered, seen: Seen) -> SourcePrints | None:
    """Return the sources of a run that has read them; None if they were not `is_project_alone`."""
    if not may_come_and_go(workspace, gathered.gone):
        return None
    known = {read.key for read in gathered.digests}
    gone = gathered.gone
    is_simple = not (gathered.recovers or gathered.unread_sources)
    is_whole = all(row.digest in known or row.digest in gone for row in gathered.lock.rows)
    is_clear = _have_names_of_their_own(form for read in gathered.digests for form in read.formats)
    if not (is_simple and is_whole and is_clear and gathered.lock_data):
        return None
    return SourcePrints(
        {read.key: file_print(read.digest, read.data, read.choice) for read in gathered.digests},
        {read.key: read.data for read in gathered.digests},
        gathered.lock_data,
        memory_head(seen, gathered.lock),
        formats_print(read.choice for read in gathered.digests),
        {read.key: read.data for read in gathered.bibs},
        {read.key: read.choice for read in gathered.digests},
    )


def _have_names_of_their_own(formats: Iterable[DigestFormat]) -> bool:
    """Tell whether no two of the formats have one name: areas are known by the name of theirs."""
    known: dict[str, DigestFormat] = {}
    return all(known.setdefault(form.name, form) == form for form in formats)


def file_print(digest: Digest, data: bytes, choice: bytes) -> str:
    """Return a print of a digest's rules, of the files that its formats follow from (`choice`) and
    of its bytes: one that has it is read as before.
    """
    return _print(_rules(digest), choice, data)


def digest_print(read: ReadDigest, document: Document) -> str:
    """Return a print of what bears on all links of a digest: its rules and the headings."""
    headings = sorted({(one.heading_keys, one.headings) for one in document.entries})
    return _print(_rules(read.digest), document.title, repr(headings))


def _rules(digest: Digest) -> str:
    # Without its path: the key says where it is in its project, which may be moved or copied. The
    # configuration is in `common_print`, and the pattern tells which of its rules are meant: to
    # print these for each note of a vault takes 0.15 s.
    return repr((digest.key, digest.name, digest.collection, digest.rules.path))


def entry_prints(document: Document) -> tuple[str, ...] | None:
    """Return the print of each entry of a digest: of its area and of the headings above it.

    Of equal ones each has its own. None if not all areas are known.
    """
    prints, number = list[str](), Counter[str]()
    for entry in document.entries:
        if not isinstance(entry, LaterEntry):
            return None
        found = _print(entry.key, repr((entry.headings, entry.heading_keys)))
        number[found] += 1
        prints.append(found if number[found] == 1 else f"{found} {number[found]}")
    return tuple(prints)


def may_come_and_go(workspace: Workspace, keys: Iterable[SourceKey]) -> bool:
    """Tell whether all of these are files of vaults: each bears on others by keys alone."""
    return not _in_order(workspace, keys)


def notes_among(workspace: Workspace, keys: Iterable[SourceKey]) -> frozenset[SourceKey]:
    """Return the files of vaults among these digests."""
    found = frozenset(keys)
    return found - frozenset(_in_order(workspace, found))


def _in_order(workspace: Workspace, keys: Iterable[SourceKey]) -> list[SourceKey]:
    """Return the digests among these that are no files of vaults, in their order."""
    rules: dict[SourceKey, DigestRules] = {one.key: one.rules for one in workspace.digests}
    former = workspace.project.former_rules
    return [key for key in keys if not (rules.get(key) or former(key)).is_vault]


def common_print(
    workspace: Workspace, options: object, sources: SourcePrints, collections: Iterable[Collection]
) -> str:
    """Return a print of all that bears on every link of a run with these `options`.

    Which files vaults have is not in it (`may_come_and_go`). Other digests are, in their order: the
    first gives a new item its values.
    """
    project = workspace.project
    places = ((one.key, one.name, one.parent, one.is_trashed) for one in collections)
    return _print(
        repr(options),
        repr((workspace.library.identity, workspace.library.instance, workspace.instance)),
        repr(project.configuration),
        repr(_in_order(workspace, sources.files)),
        sources.lock_data,
        sources.memory.otherwise,
        sources.formats,
        repr([(key, data is not None) for key, data in sources.bibs.items()]),
        *(data or b"" for data in sources.bibs.values()),
        repr(list(places)),
    )


def row_prints(row_ids: Iterable[str], differing: Set[str]) -> dict[str, str]:
    """Return the print of each row; those that are remembered as `differing` never are quiet.

    Of a quiet one the memory is taken to say what the lock file does, whose bytes are in
    `common_print`.
    """
    return {row_id: DIFFERS if row_id in differing else AS_IN_LOCK for row_id in row_ids}


def by_item(objects: Iterable[LibraryItem]) -> dict[str, list[LibraryItem]]:
    """Return each item with its notes, its attachments and their annotations, by its key."""
    found: dict[str, list[LibraryItem]] = defaultdict(list)
    above: dict[str, str] = {}
    for one in objects:
        parent = one.json.parent
        if parent:
            above[one.key] = parent
        found[parent or one.key].append(one)
    for file in sorted(above.keys() & found.keys()):
        found[above[file]] += found.pop(file)
    return found


def item_prints(objects: Mapping[str, Iterable[LibraryItem]], memory: MemoryHead) -> dict[str, str]:
    """Return the print of each item (`by_item`) and of where it was seen, even if it is gone.

    It begins with the print of all that is no note (`own_print`).

    Versions are left out: they rise without a change, and a restored copy counts them again.
    """
    own, notes = dict[str, list[str]](), defaultdict[str, list[str]](list)
    for key, held in objects.items():
        own[key] = [f"{one.key} {one.data!r}" for one in held if not one.json.is_note]
        notes[key] = [f"{one.key} {one.data!r}" for one in held if one.json.is_note]
    for collection, keys in sorted(memory.seen.collections.items()):
        for key in keys:
            notes[key].append(collection)
    return {key: _print(*own.get(key, ())) + _print(*found) for key, found in notes.items()}


def own_print(prints: Mapping[str, str], key: str) -> str:
    """Return the print of an item without its notes, out of `item_prints`; "" if there is none."""
    return prints.get(key, "")[: 2 * _PRINT_SIZE]


def _print(*parts: str | bytes) -> str:
    whole = blake2b(digest_size=_PRINT_SIZE)
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
        whole.update(b"%d " % len(data) + data)
    return whole.hexdigest()
