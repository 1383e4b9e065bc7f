"""What one report says: its subject on a line, and the details below it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_never

from rich.cells import cell_len

from zoterodigest.cli.base.screen import counted, excerpts, visible, width, wrapped
from zoterodigest.cli.show.report_names import (
    ReportNames,
    entry_title,
    field_name,
    looked_up_text,
    path_text,
    place_of,
    value_text,
)
from zoterodigest.core.links.link import LockRow
from zoterodigest.core.plan.reports import (
    AddedItem,
    AmbiguousEntry,
    AwaitedItem,
    Conflict,
    DivergedField,
    DroppedEntry,
    Followed,
    HeldBack,
    HeldBackName,
    HiddenNotes,
    KeptForEdit,
    MergedOtherWork,
    MissingCollection,
    MissingItem,
    MissingNote,
    NameConflict,
    NoLongerShown,
    NotFollowed,
    NotLinked,
    NotPushed,
    PlaceConflict,
    Relocated,
    Report,
    RestoredNote,
    SameWork,
    TrashedEntry,
    UnreadableDate,
    UnreadableEntry,
    Waiting,
)
from zoterodigest.core.plan.run_options import End, entry_end
from zoterodigest.core.values.record import Entry
from zoterodigest.digest.read.document import Document

_INDENT = 6
_UNREAD = "stands in text that was not understood"


class ReportText:
    """Words for the reports of a plan; `documents` know why an entry is unreadable."""

    def __init__(self, subjects: ReportNames, documents: Iterable[Document]) -> None:
        self._subjects = subjects
        self._reasons = dict(_reasons(documents))

    def subject(self, report: Report) -> str:
        """Return what a report is about, on one line."""
        match report:
            case (
                Conflict()
                | DivergedField()
                | HeldBack()
                | Waiting()
                | PlaceConflict()
                | Relocated()
            ):
                return self._of_row_id(report.row_id)
            case NoLongerShown() | UnreadableDate():
                return self._of_row_id(report.row_id)
            case MissingItem():
                return f"{_of_entry(report.entry)} ({visible(report.row.item)})"
            case DroppedEntry() | MissingNote() | NotLinked() | AwaitedItem() | KeptForEdit():
                return self._of_row(report.row)
            case Followed() | MergedOtherWork() | RestoredNote():
                return self._of_row(report.row)
            case AmbiguousEntry() | NotPushed():
                return _of_entry(report.entry)
            case TrashedEntry():
                return f"{_of_entry(report.entry)} ({visible(report.key)})"
            case UnreadableEntry():
                return self._unreadable(report)
            case AddedItem():
                title = f"{visible(report.title)} ({visible(report.key)})"
                return f"{visible(report.digest)}  {title}"
            case MissingCollection():
                collection_row = report.collection_row
                name = (
                    path_text(collection_row.path)
                    if collection_row.path
                    else visible(collection_row.digest)
                )
                return f"{name} ({visible(collection_row.collection)})"
            case NameConflict() | HeldBackName():
                return f"{visible(report.digest)}  {path_text(report.path)}"
            case NotFollowed():
                return f"{visible(report.digest)}  {visible(report.what)}"
            case HiddenNotes():
                return f"{visible(report.digest)}  {counted(report.number, 'note')}"
            case SameWork():
                return visible(f"{report.identifier.scheme}:{report.identifier.value}")
            case _:
                # mypy refuses a report that has no case above.
                assert_never(report)

    def details(self, report: Report) -> list[str]:
        """Return the details of a report, line by line."""
        match report:
            case Conflict() | DivergedField():
                ends = (value_text(one) or "(empty)" for one in (report.at_entry, report.at_item))
                end = self._entry_end(report.row_id)
                source = self._subjects.looked_up(report.row_id, report.name)
                name = field_name(report.name) + looked_up_text(source)
                return _ends(end, f"{name}: ", *ends)
            case PlaceConflict():
                paths = path_text(report.at_entry), path_text(report.at_item)
                return _ends(End.MARKDOWN, "", *paths)
            case NameConflict():
                names = visible(report.at_digest), visible(report.at_library)
                return _ends(End.MARKDOWN, "", *names)
            case HeldBackName():
                return [f"the collection is called {visible(report.name)}"]
            case NotFollowed():
                wanted = f"{path_text(report.wanted)}: " if report.wanted else ""
                return _broken(f"{wanted}{visible(report.reason)}")
            case HeldBack():
                end, verb = End.ZOTERO, "pulled"
                if not report.to_entry:
                    end, verb = self._entry_end(report.row_id), "pushed"
                return [f"{field_name(report.name)}: changed in {end.value}, not {verb}"]
            case AmbiguousEntry() | SameWork():
                titles = ((key, self._subjects.item_title(key)) for key in report.keys)
                return [f"{visible(key)}  {title}" for key, title in titles]
            case Waiting() | KeptForEdit() | NoLongerShown() | RestoredNote():
                return [", ".join(map(field_name, report.names))] if report.names else []
            case UnreadableDate():
                return [f"zotero “{visible(report.text)}”"]
            case AddedItem():
                return _broken(visible(report.reason))
            case Relocated():
                verb = "taken out of" if report.is_out else "put into"
                return [f"{verb} {self._subjects.collection(report.collection)}"]
            case Followed():
                others = (f"as is {self._of_row_id(row_id)}" for row_id in report.others)
                return [f"now {self._item(report.key)}", *others]
            case MissingNote():
                holder = self._subjects.note_holder(report.row)
                advice = "move it back in Zotero, and it is synced again."
                return [f"its note is at {self._item(holder)}", advice] if holder else []
            case MergedOtherWork():
                differing = (f"{one.scheme}:{one.value}" for one in report.identifiers)
                return [f"merged into {self._item(report.key)}", visible(", ".join(differing))]
            case _:
                return []

    def _item(self, key: str) -> str:
        return f"{visible(key)}  {self._subjects.item_title(key)}"

    def kind(self, report: Report) -> str:
        """Return what many reports can have in common: their file, and what they say.

        "" for those that a person looks at one by one.
        """
        match report:
            case HeldBack(row_id):
                digest, said = self._subjects.digest(row_id), self.details(report)[0]
            case NoLongerShown(row_id, names) | Waiting(row_id, names):
                digest, said = self._subjects.digest(row_id), ", ".join(map(field_name, names))
            case UnreadableEntry(digest, entry):
                known = self._reasons.get((digest, entry.place.start_line)) if entry else None
                said = known.partition(": ")[2] if known else _UNREAD
            case AddedItem() | NotFollowed():
                digest, said = report.digest, visible(report.reason)
            case _:
                return ""
        return f"{visible(digest)}: {said}"

    def _entry_end(self, row_id: str) -> End:
        return entry_end(self._subjects.digest(row_id))

    def _of_row(self, row: LockRow) -> str:
        return f"{visible(row.digest)}  {self._subjects.title(row.id)} ({visible(row.item)})"

    def _of_row_id(self, row_id: str) -> str:
        return f"{self._subjects.place(row_id)}  {self._subjects.title(row_id)}"

    def _unreadable(self, report: UnreadableEntry) -> str:
        entry = report.entry
        if entry is None:
            title = self._subjects.title(report.row_id or "")
            return f"{visible(report.digest)}  {title}: {_UNREAD}"
        reason = self._reasons.get((entry.digest, entry.place.start_line), "")
        return f"{place_of(entry)}  {reason or entry_title(entry)}"


def _broken(reason: str) -> list[str]:
    """Return a safe reason on as many lines as it needs below its subject."""
    return [line.strip() for line in wrapped(reason, _INDENT)]


def _of_entry(entry: Entry) -> str:
    return f"{place_of(entry)}  {entry_title(entry)}"


def _ends(end: End, name: str, entry: str, item: str) -> list[str]:
    """Return two safe texts on one line if they fit, else below each other from where they part.

    The entry is the end `end` of its link.
    """
    line = f"{name}{end.value} “{entry}”, zotero “{item}”"
    if cell_len(line) <= width() - _INDENT:
        return [line]
    entry, item = excerpts([entry, item], width() - _INDENT - 12)
    ends = [f"  {end.value:<10}{entry}", f"  zotero    {item}"]
    return [*filter(None, [name.removesuffix(" ")]), *ends]


def _reasons(documents: Iterable[Document]) -> Iterator[tuple[tuple[str, int], str]]:
    """Yield why the entry that begins at a line of a digest is unreadable."""
    for document in documents:
        for entry in document.entries:
            if entry.broken:
                problem = next(iter(entry.problems), None)
                at = f"line {problem.line}" if problem else f"line {entry.first + 1}"
                column = f", column {problem.column}" if problem and problem.column else ""
                yield (document.name, entry.first + 1), f"{at}{column}: {visible(entry.broken)}"
