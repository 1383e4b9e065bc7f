"""What a run reports and does not do: grouped, each group with what a person can do about it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from zoterodigest.cli.screen import cut, styled, visible, width, wrapped
from zoterodigest.cli.subjects import Subjects, entry_title, field_name, place_of, value_text
from zoterodigest.core.link import Row
from zoterodigest.core.plan import Plan
from zoterodigest.core.reports import (
    AddedItem,
    AmbiguousEntry,
    ApartField,
    AwaitedItem,
    Conflict,
    DroppedEntry,
    Followed,
    Held,
    HeldName,
    KeptForEdit,
    MissingItem,
    MissingNote,
    MissingShelf,
    NameConflict,
    NotLinked,
    NotPushed,
    PlaceConflict,
    Relocated,
    Report,
    SameWork,
    TrashedEntry,
    UnreadableEntry,
    Waiting,
)
from zoterodigest.digest.document import Document

Kind = type[Report]


@dataclass(frozen=True, slots=True)
class Section:
    """How one kind of report is headed, and what a person can do."""

    kind: Kind
    heading: str
    advice: str


SECTIONS = (
    Section(Conflict, "Conflicts", "Changed at both ends; both stay as they are. Write the same"
            " value at one end and push again."),
    Section(PlaceConflict, "Moved at both ends", "Digest and library put these in different"
            " places; both stay. Move one of them to where the other is."),
    Section(NameConflict, "Renamed at both ends", "A heading and its collection got different"
            " names; both stay. Give both the same name."),
    Section(AmbiguousEntry, "Ambiguous", "Each may be any of the items below it; nothing was"
            " created. Give the entry an identifier, or merge doubles in the library."),
    Section(TrashedEntry, "Only in the trash", "Neither created nor restored. Take the item out of"
            " the trash, and the next push links it."),
    Section(UnreadableEntry, "Unreadable", "Left as they are, nothing in the library changes."
            " `zoterodigest inspect FILE` lists them."),
    Section(Held, "Changed in the library", "A push leaves these as they are at both ends;"
            " `zoterodigest pull` brings them into the digest."),
    Section(NotPushed, "Not pushed", "Not in the library, and by zoterodigest.toml their digest may"
            " not create items."),
    Section(KeptForEdit, "Kept, as it was edited", "One end is gone, but the other was edited"
            " since: it stays."),
    Section(SameWork, "One work twice", "These items turn out to be one work. Merge them in Zotero"
            " (Merge Items): the links follow."),
    Section(AddedItem, "Added to a collection", "In the library only; no entry was written."),
    Section(Relocated, "In other collections", "Put into or taken out of a collection in the"
            " library; the entries stay where they are."),
    Section(HeldName, "Collections with a new name", "`zoterodigest pull` gives their headings the"
            " same name."),
    Section(Waiting, "Waiting for the library", "The lock file is of another time than this"
            " library. They go on when it has caught up; `zoterodigest resolve` decides now."),
    Section(AwaitedItem, "Not here yet", "Linked by the lock file, and not in this library yet."),
    Section(Followed, "Merged in the library", "The links go on with the merged item."),
    Section(ApartField, "Apart", "Different from the beginning: each end keeps its own value, and"
            " changes do not travel."),
    Section(DroppedEntry, "Dropped", "No longer in the digest; item and note stay."),
    Section(MissingItem, "Gone from the library", "Not made again by itself. `push DIGEST --relink`"
            " links them again."),
    Section(MissingNote, "Notes gone from the library", "Not made again."),
    Section(MissingShelf, "Collections gone from the library", "Not made again; nothing is placed"
            " in them."),
    Section(NotLinked, "No longer linked", "`push DIGEST --relink` links them again."),
)  # fmt: skip
"""Every kind of report, what matters most first."""

ALWAYS_SHOWN = frozenset({Conflict, PlaceConflict, NameConflict, AmbiguousEntry, TrashedEntry,
                          UnreadableEntry, DroppedEntry, MissingItem, KeptForEdit, SameWork,
                          Followed})  # fmt: skip
"""The kinds that a push tells in full; `status` tells the others too."""


class Attention:
    """Writes the reports of `plan` for people; `documents` know why an entry is unreadable."""

    def __init__(self, plan: Plan, subjects: Subjects, documents: Iterable[Document]) -> None:
        self._subjects = subjects
        self._reasons = dict(_reasons(documents))
        self._by_kind: dict[Kind, list[Report]] = defaultdict(list)
        for report in plan.reports:
            self._by_kind[type(report)].append(report)

    def lines(self, kinds: Iterable[Kind], most: int) -> Iterator[str]:
        """Yield the sections of these `kinds` that hold anything, `most` reports of each."""
        wanted = set(kinds)
        for section in SECTIONS:
            reports = self._by_kind.get(section.kind, [])
            if section.kind in wanted and reports:
                yield ""
                yield from self._section(section, reports, most)

    def differences(self) -> Iterator[str]:
        """Yield one line per field in which links are apart."""
        apart = [one for one in self._by_kind.get(ApartField, []) if isinstance(one, ApartField)]
        counts = Counter(field_name(one.name) for one in apart)
        for name, number in counts.most_common():
            keeps = "item keeps its" if number == 1 else "items keep their"
            yield f"  {number:>6,} {keeps} own {cut(name, 20)} (see `zoterodigest status`)"

    def _section(self, section: Section, reports: Sequence[Report], most: int) -> Iterator[str]:
        groups: dict[str, list[str]] = {}
        for report in reports:
            head, details = self._told(report)
            groups.setdefault(head, []).extend(details)
        yield styled(f"{section.heading} ({len(groups):,})", "bold")
        yield from wrapped(section.advice, 2)
        for head, details in list(groups.items())[:most]:
            yield cut(f"    {head}", width())
            yield from (cut(f"      {detail}", width()) for detail in details)
        if len(groups) > most:
            yield f"    … and {len(groups) - most:,} more"

    def _told(self, report: Report) -> tuple[str, list[str]]:
        """Return what a report is about, and its details."""
        match report:
            case Conflict() | ApartField():
                return self._row(report.row_id), [_ends(report)]
            case Held():
                return self._row(report.row_id), [_held(report)]
            case AmbiguousEntry():
                items = [f"{key}  {self._subjects.item_title(key)}" for key in report.keys]
                return f"{place_of(report.entry)}  {entry_title(report.entry)}", items
            case NotPushed():
                return f"{place_of(report.entry)}  {entry_title(report.entry)}", []
            case TrashedEntry():
                known = f"{entry_title(report.entry)} ({report.key})"
                return f"{place_of(report.entry)}  {known}", []
            case UnreadableEntry():
                return self._unreadable(report), []
            case MissingShelf():
                name = " / ".join(report.shelf.path) or report.shelf.digest
                return visible(f"{name} ({report.shelf.collection})"), []
            case DroppedEntry() | MissingItem() | MissingNote() | NotLinked() | AwaitedItem():
                return self._of_row(report.row), []
            case KeptForEdit():
                return self._of_row(report.row), [", ".join(map(field_name, report.names))]
            case Followed():
                return self._of_row(report.row), [f"now {report.key}"]
            case Waiting():
                return self._row(report.row_id), [", ".join(map(field_name, report.names))]
            case AddedItem():
                title = f"{visible(report.title)} ({report.key})"
                return f"{visible(report.digest)}  {title}", [visible(report.reason)]
            case PlaceConflict():
                ends = (
                    " / ".join(path) or "no heading" for path in (report.at_entry, report.at_item)
                )
                entry, item = map(visible, ends)
                return self._row(report.row_id), [f"digest “{entry}”, library “{item}”"]
            case Relocated():
                verb = "taken out of" if report.is_out else "put into"
                return self._row(report.row_id), [f"{verb} {report.collection}"]
            case NameConflict():
                names = f"digest “{report.at_digest}”, library “{report.at_library}”"
                return visible(f"{report.digest} ({report.collection})"), [visible(names)]
            case HeldName():
                name = f"{' / '.join(report.path)} → {report.name}"
                return f"{visible(report.digest)}  {visible(name)}", []
            case SameWork():
                items = [f"{key}  {self._subjects.item_title(key)}" for key in report.keys]
                return visible(f"{report.identifier.scheme} {report.identifier.value}"), items

    def _of_row(self, row: Row) -> str:
        return f"{visible(row.digest)}  {self._subjects.title(row.id)} ({row.item})"

    def _row(self, row_id: str) -> str:
        return f"{self._subjects.place(row_id)}  {self._subjects.title(row_id)}"

    def _unreadable(self, report: UnreadableEntry) -> str:
        entry = report.entry
        if entry is None:
            title = self._subjects.title(report.row_id or "")
            return f"{visible(report.digest)}  {title}: stands in text that was not understood"
        reason = self._reasons.get((entry.digest, entry.place.start_line), "")
        return f"{place_of(entry)}  {reason or entry_title(entry)}"


def _ends(report: Conflict | ApartField) -> str:
    name = field_name(report.name)
    room = max((width() - cell_len(name) - 30) // 2, 12)
    ends = (report.at_entry, report.at_item)
    entry, item = (cut(value_text(one) or "(empty)", room) for one in ends)
    return f"{name}: digest “{entry}”, library “{item}”"


def _held(report: Held) -> str:
    name = field_name(report.name)
    return name if report.to_entry else f"{name}: changed in the digest, which may not push it"


def _reasons(documents: Iterable[Document]) -> Iterator[tuple[tuple[str, int], str]]:
    """Yield why the entry that begins at a line of a digest is unreadable."""
    for document in documents:
        for entry in document.entries:
            if entry.broken:
                problem = next(iter(entry.problems), None)
                at = f"line {problem.line}" if problem else f"line {entry.first + 1}"
                column = f", column {problem.column}" if problem and problem.column else ""
                yield (document.name, entry.first + 1), f"{at}{column}: {visible(entry.broken)}"
