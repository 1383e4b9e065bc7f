"""What each kind of report says: heading and advice, what a report is about, its details."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from rich.cells import cell_len

from zoterodigest.cli.base.screen import counted, excerpts, visible, width, wrapped
from zoterodigest.cli.show.report_names import (
    ReportNames,
    entry_title,
    field_name,
    looked_up_text,
    mirrored,
    path_text,
    place_of,
    value_text,
)
from zoterodigest.core.plan.reports import (
    AddedItem,
    AmbiguousEntry,
    AwaitedItem,
    Conflict,
    DivergedField,
    DroppedEntry,
    EntryReport,
    Followed,
    HeldBack,
    HeldBackName,
    HeldFile,
    HiddenNotes,
    KeptAnnotations,
    KeptForEdit,
    LinkReport,
    MergedOtherWork,
    MissingCollection,
    MissingFile,
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
    RowReport,
    SameWork,
    StaleItemKey,
    TakenBack,
    TrashedEntry,
    UnreadableDate,
    UnreadableEntry,
    UntitledEntry,
    Waiting,
    subjects_of,
)
from zoterodigest.core.plan.run_options import End, entry_end
from zoterodigest.core.reconcile.holding import RECENT
from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.digest.read.document import PRIVATE
from zoterodigest.frozen import dataclass

_INDENT = 6
_UNREAD = "is in text that zoterodigest can't read"

# --- what a report is about ----------------------------------------------------------------------


def _subject(report: Report, names: ReportNames) -> str:
    """Return the place and title of the entry, or file, title and item of a link."""
    if isinstance(report, RowReport):
        return names.entry(report.row_id)
    if isinstance(report, EntryReport):
        return f"{place_of(report.entry)}  {entry_title(report.entry)}"
    assert isinstance(report, LinkReport), "the section of any other kind names a `subject`"
    row = report.row
    return f"{visible(row.digest)}  {names.title(row.id)} ({visible(row.item)})"


def _entry_and_item(report: MissingItem | TrashedEntry, _: ReportNames) -> str:
    key = report.key if isinstance(report, TrashedEntry) else report.row.item
    return f"{place_of(report.entry)}  {entry_title(report.entry)} ({visible(key)})"


def _in_digest(report: NotFollowed | HiddenNotes, what: str) -> str:
    return f"{visible(report.digest)}  {visible(what)}"


def _list_of(report: AddedItem, names: ReportNames) -> str:
    """Return whose collection the item came into: that of a vault is of no file of it."""
    return visible(names.vault(report.digest) or report.digest)


def _heading(report: NameConflict | HeldBackName, _: ReportNames) -> str:
    return f"{visible(report.digest)}  {path_text(report.path)}"


def _missing_collection(report: MissingCollection, _: ReportNames) -> str:
    row = report.collection_row
    return f"{mirrored(row)} ({visible(row.collection)})"


def _unreadable(report: UnreadableEntry, names: ReportNames) -> str:
    entry = report.entry
    if entry is None:
        return f"{visible(report.digest)}  {names.title(report.row_id or '')}: {_UNREAD}"
    return f"{place_of(entry)}  {names.fault(entry) or entry_title(entry)}"


# --- details -------------------------------------------------------------------------------------


def _why_kept(report: KeptAnnotations, _: ReportNames) -> list[str]:
    said = (
        (report.edited, f"{counted(len(report.edited), 'annotation')} edited here"),
        (report.unreadable, f"{counted(len(report.unreadable), 'annotation')} that the library"
                            " doesn't list now"),
        (report.awaited, f"{counted(len(report.awaited), 'annotation')} that this library may"
                         " not have yet: sync Zotero"),
        (report.deleted, f"{counted(len(report.deleted), 'annotation')} deleted here"),
        (report.unplaced, f"{counted(len(report.unplaced), 'annotation')} that rows of a table"
                          " have no place for"),
        (report.other_tool, f"{report.other_tool} writes annotations in this file"),
        (report.is_hidden, "new ones have no place below a last line such as --- or ```"),
    )  # fmt: skip
    return [text for is_so, text in said if is_so]


def _both_values(report: Conflict | DivergedField, names: ReportNames) -> list[str]:
    source = looked_up_text(names.looked_up(report.row_id, report.name))
    values = (value_text(one) or "(empty)" for one in (report.at_entry, report.at_item))
    end = entry_end(names.digest(report.row_id))
    return _ends(end, f"{field_name(report.name)}{source}: ", *values)


def _not_followed(report: NotFollowed, _: ReportNames) -> list[str]:
    wanted = f"{path_text(report.wanted)}: " if report.wanted else ""
    return _broken(f"{wanted}{report.reason}")


def _held_back(report: HeldBack, names: ReportNames) -> list[str]:
    end, verb = End.ZOTERO, "pulled"
    if not report.to_entry:
        end, verb = entry_end(names.digest(report.row_id)), "pushed"
    return [f"{field_name(report.name)}: changed in {end.value}, not {verb}"]


def _items(report: AmbiguousEntry | SameWork, names: ReportNames) -> list[str]:
    return [names.item(key) for key in report.keys]


def _fields(
    report: Waiting | KeptForEdit | NoLongerShown | RestoredNote, _: ReportNames
) -> list[str]:
    return [", ".join(map(field_name, report.names))] if report.names else []


def _waiting(report: Waiting, names: ReportNames) -> list[str]:
    library = "this library is older than the lock file: sync Zotero"
    checkout = "these files are of an older commit than the library: pull, or switch back"
    return [*_fields(report, names), checkout if report.is_past else library]


def _relocated(report: Relocated, names: ReportNames) -> list[str]:
    verb = "removed from" if report.is_out else "added to"
    return [f"{verb} {names.collection(report.collection)}"]


def _followed(report: Followed, names: ReportNames) -> list[str]:
    others = [f"as is {names.entry(row_id)}" for row_id in report.others]
    return [f"now {names.item(report.key)}", *others]


def _file_now(report: MissingFile, names: ReportNames) -> list[str]:
    if not report.is_there:
        return []
    reason = names.no_note(report.row.digest)
    if reason != PRIVATE:
        return [f"the file is there: {reason or 'it is not about this paper any more'}"]
    return [
        "it says `zotero: false`, so it is no longer synced",
        "Zotero keeps what it has of it; `zoterodigest remove FILE` takes that out",
    ]


def _moved_note(report: MissingNote, names: ReportNames) -> list[str]:
    holder = names.note_holder(report.row)
    advice = "move it back in Zotero, and it is synced again."
    return [f"its note is at {names.item(holder)}", advice] if holder else []


def _merged(report: MergedOtherWork, names: ReportNames) -> list[str]:
    differing = visible(", ".join(map(str, report.identifiers)))
    return [f"merged into {names.item(report.key)}", differing]


def _broken(reason: str) -> list[str]:
    """Return a reason on as many lines as it needs below its subject."""
    return [line.strip() for line in wrapped(visible(reason), _INDENT)]


def _ends(end: End, name: str, entry: str, item: str) -> list[str]:
    """Return two safe texts on one line if they fit, else below each other from where they part.

    The entry is the end `end` of its link.
    """
    line = f"{name}{end.value} “{entry}”, zotero “{item}”"
    if cell_len(line) <= width() - _INDENT:
        return [line]
    # 12 columns: the name of the end and the blanks around it.
    entry, item = excerpts([entry, item], width() - _INDENT - 12)
    ends = [f"  {end.value:<10}{entry}", f"  zotero    {item}"]
    return [*filter(None, [name.removesuffix(" ")]), *ends]


# --- what many reports can have in common: their file, and what they say -------------------------


def _same_fields(report: HeldBack | NoLongerShown | Waiting, names: ReportNames) -> str:
    said = _held_back(report, names) if isinstance(report, HeldBack) else _fields(report, names)
    said = _waiting(report, names) if isinstance(report, Waiting) else said
    return f"{visible(names.digest(report.row_id))}: {', '.join(said)}"


def _same_reason(report: AddedItem | NotFollowed, names: ReportNames) -> str:
    where = _list_of(report, names) if isinstance(report, AddedItem) else visible(report.digest)
    return f"{where}: {visible(report.reason)}"


def _same_fault(report: UnreadableEntry, names: ReportNames) -> str:
    fault = names.fault(report.entry) if report.entry else ""
    return f"{visible(report.digest)}: {fault.partition(': ')[2] or _UNREAD}"


# --- the table -----------------------------------------------------------------------------------

_AnyReport = TypeVar("_AnyReport", bound=Report)


@dataclass(frozen=True, slots=True)
class Section(Generic[_AnyReport]):
    """The heading of one kind of report, what a person can do about it, and what a report says.

    `details` are the lines below the `subject`. `same` is what many reports can have in common, ""
    for a kind that a person looks at one by one. A kind that `is_lasting` comes back with every
    run: only `status` lists it. `settle` is the command for one report, with its `{id}`, `{file}`,
    `{line}` or `{keys}`. The command `conflicts` gives the advice `in_conflicts`. "{why}"
    stands for `conflict_text()`, "{held}" for `held_text()`, "{apart}" for `diverged_text()`.
    """

    kind: type[_AnyReport]
    heading: str
    advice: str
    details: Callable[[_AnyReport, ReportNames], list[str]] = lambda *_: []
    subject: Callable[[_AnyReport, ReportNames], str] = _subject
    same: Callable[[_AnyReport, ReportNames], str] = lambda *_: ""
    is_lasting: bool = False
    in_conflicts: str = ""
    settle: str = ""


# A row checks itself: mypy refuses functions that do not take its kind of report. `Any` is only the
# type of the whole, as its rows have different ones.
SECTIONS: tuple[Section[Any], ...] = (
    Section(Conflict, "Conflicts", "{why}. Both sides keep their value until you decide."
            " `zoterodigest conflicts` shows both values, `zoterodigest resolve` decides.",
            _both_values,
            in_conflicts="{why}. Both sides keep their value until you decide: `zoterodigest"
            " resolve`.", settle="resolve {id}"),
    Section(PlaceConflict, "Moved on both sides", "These moved in the digest and in the library, to"
            " different places. Both sides stay as they are. Move one of them to where the other"
            " is.",
            lambda it, _: _ends(
                End.MARKDOWN, "", path_text(it.at_entry), path_text(it.at_item))),
    Section(NameConflict, "Renamed on both sides", "A heading and its collection got different"
            " names. Both keep their name. Give both the same name.",
            lambda it, _: _ends(
                End.MARKDOWN, "", visible(it.at_digest), visible(it.at_library)), _heading),
    Section(AmbiguousEntry, "Ambiguous", "Each entry may be the item below it, or one of several."
            " zoterodigest created nothing. Correct or add an identifier (DOI, arXiv id), or merge"
            " duplicates in the library.", _items, settle="open {file}:{line} --file"),
    Section(SameWork, "One work twice", "These items are one work. Merge them in Zotero"
            " (Merge Items) or by `zoterodigest duplicates --merge`. The links follow.", _items,
            lambda it, _: visible(str(it.identifier)), settle="duplicates --merge {keys}"),
    Section(MergedOtherWork, "Merged with another work", "Their items were merged in Zotero, but"
            " the item that stays is linked with an entry that has another identifier. These"
            " entries stay as they are and are not synced. If the merge was a mistake, restore the"
            " item from the trash. If they are two works, `push DIGEST --relink` makes a new item."
            " If they are one, correct the identifier, or delete one of the entries.", _merged,
            settle="push {file} --relink"),
    Section(HeldFile, "Held files", "{held}", lambda it, _: [it.reason],
            lambda it, _: f"{place_of(it.entry)}  {entry_title(it.entry)}",
            same=lambda it, _: it.reason, settle="sync {file} --accept"),
    Section(UnreadableEntry, "Unreadable", "zoterodigest can't read these entries. It leaves them"
            " and their items as they are. `zoterodigest inspect FILE` lists them.",
            subject=_unreadable, same=_same_fault, settle="inspect {file} --explain {line}"),
    Section(UntitledEntry, "Without a title", "These entries have no title, and zoterodigest makes"
            " no item without one. `zoterodigest push` looks the title up at arXiv and other"
            " sources. If it finds none, check the identifier, or write the title into the digest:"
            " `[Title](address)` in a list, `title:` in the front matter of a note.",
            settle="push {file}"),
    Section(StaleItemKey, "Item not in this library", "These notes state the key of an item, or"
            " of its PDF, that this library doesn't have, and no other item is their paper. It was"
            " deleted, or it is in another library. zoterodigest created nothing. Correct or remove"
            " the key in the note, or sync with the library that has the item.",
            lambda it, _: [visible(it.key)], settle="open {file}:{line} --file"),
    Section(TrashedEntry, "Only in the trash", "The items of these entries are in the trash."
            " zoterodigest neither creates nor restores them. Restore an item, and the next push"
            " links it.", subject=_entry_and_item),
    Section(KeptForEdit, "Kept because of an edit", "One side was deleted, but the other was edited"
            " since. zoterodigest keeps it.", _fields),
    Section(RestoredNote, "Notes restored", "The notes were deleted in the library, but the entries"
            " were edited since. The edit wins, and a push brings the notes back.", _fields),
    Section(AddedItem, "Added in the library", "Somebody put these items into a collection of a"
            " digest. zoterodigest wrote no entry for them.", lambda it, _: _broken(it.reason),
            lambda it, names: f"{_list_of(it, names)}  {visible(f'{it.title} ({it.key})')}",
            same=_same_reason),
    Section(NotFollowed, "Not followed", "These changed in the library, and the digest can't show"
            " the change. Both sides stay as they are. Choose another name or collection.",
            _not_followed, lambda it, _: _in_digest(it, it.what), same=_same_reason),
    Section(UnreadableDate, "Dates that cannot be read", "The entries keep the date that they show."
            " Write these in Zotero as a date, such as 2025-03 or March 2025.",
            lambda it, _: [f"zotero “{visible(it.text)}”"]),
    Section(Relocated, "In other collections", "Somebody moved these items to other collections in"
            " the library. The entries stay where they are.", _relocated),
    Section(Waiting, "Waiting", "The library and the lock file are not equally new. These fields"
            " are synced when they are. `zoterodigest resolve ID` decides now.",
            _waiting, same=_same_fields,
            in_conflicts="The library and the lock file are not equally new, and these differ."
            " `zoterodigest resolve ID` decides now.", settle="resolve {id}"),
    Section(AwaitedItem, "Not here yet", "The lock file links these, and this library doesn't have"
            " them yet."),
    Section(Followed, "Merged in the library", "These entries are now linked with the item that"
            " stays. No entry changes: a field that the item has differently has diverged, one that"
            " it lacks is filled in. Of two entries with one item, keep both, or delete one.",
            _followed),
    Section(DroppedEntry, "Removed from the file", "Somebody removed these entries, so their links"
            " end. Their items stay, unless `when_dropped` in zoterodigest.toml says otherwise."),
    Section(MissingFile, "Files that are missing", "These files are not here, no longer say"
            " which paper they are about, or are private. Their items and links stay as they are,"
            " and nothing is synced until the files are back. If you deleted one on purpose,"
            " `zoterodigest resolve ID --acknowledge` ends this report. If one is about another"
            " paper now, `zoterodigest unlink FILE` ends its link.", _file_now,
            settle="resolve {id} --acknowledge"),
    Section(MissingItem, "Missing in the library", "Somebody trashed or deleted these items."
            " `push DIGEST --relink` makes them again. `when_trashed` in zoterodigest.toml decides"
            " what happens to the entries.", subject=_entry_and_item,
            settle="push {file} --relink"),
    Section(TakenBack, "Taken back in the library", "What zoterodigest had added to these"
            " items is gone, as after `remove` in another clone. The entries stay as they are and"
            " are no longer synced. `push DIGEST --relink` links them again.",
            settle="push {file} --relink"),
    Section(HeldBack, "Held back", "These edits stay on their side: the rules of zoterodigest.toml"
            " hold them back, or they are edits of your own notes, which only go one way.",
            _held_back, same=_same_fields, is_lasting=True),
    Section(HeldBackName, "Names held back", "By the rules of zoterodigest.toml the headings don't"
            " follow the new names of their collections.",
            lambda it, _: [f"the collection is called {visible(it.name)}"], _heading,
            is_lasting=True),
    Section(NotPushed, "Not pushed", "These entries are not in the library, and the rules of"
            " zoterodigest.toml don't let their digest create items.", is_lasting=True),
    Section(DivergedField, "Diverged", "These values {apart}. Each side keeps its own value, and"
            " changes are not synced."
            " `zoterodigest conflicts --diverged` lists them, `resolve ID` decides.", _both_values,
            is_lasting=True,
            in_conflicts="These values {apart}. Each side keeps its own value, and changes are not"
            " synced. `zoterodigest resolve ID` decides.", settle="resolve {id}"),
    Section(NoLongerShown, "No longer in the entry", "The entries have no place for these any"
            " more; the library keeps them. To clear them there too, leave the label (in a .bib the"
            " field's name) with nothing behind it, or clear them in Zotero.", _fields,
            same=_same_fields, is_lasting=True),
    Section(MissingNote, "Notes deleted in the library", "The entries stay as they are. The next"
            " edit of one brings its note back; `push DIGEST --relink` brings back all. A note that"
            " was moved to another item stays there.", _moved_note, is_lasting=True,
            settle="push {file} --relink"),
    Section(HiddenNotes, "Notes not shown", "Entries in rows of a table have no place for your own"
            " notes, so the notes stay in Zotero. To end this report, set `notes` to \"off\" for"
            " this digest in zoterodigest.toml.",
            subject=lambda it, _: _in_digest(it, counted(it.number, "note")), is_lasting=True),
    Section(KeptAnnotations, "Annotations left as they are", "An annotation that you edit in a"
            " file is yours: zoterodigest doesn't change it again. Where another tool writes"
            " annotations, zoterodigest adds none.", _why_kept,
            subject=lambda it, _: visible(it.digest), is_lasting=True),
    Section(MissingCollection, "Collections missing in the library", "zoterodigest doesn't make"
            " these collections again, and puts nothing into them.",
            subject=_missing_collection, is_lasting=True),
    Section(NotLinked, "No longer linked", "`push DIGEST --relink` links them again.",
            is_lasting=True, settle="push {file} --relink"),
)  # fmt: skip
"""Every kind of report, what matters most first."""

SECTIONS_BY_KIND = {section.kind: section for section in SECTIONS}


def settling_command(report: Report, names: ReportNames, row_ids: Mapping[str, str]) -> str:
    """Return the command that settles `report`; "" if no one command does.

    `row_ids` are the IDs of rows as people give them. A row without one can't be named yet.
    """
    template = section_of(report).settle
    if isinstance(report, SameWork) and len(report.keys) != 2:
        return ""
    if isinstance(report, UnreadableEntry) and report.entry is None:
        template = "inspect {file}"
    if isinstance(report, HeldFile) and report.reason == RECENT:
        template = "sync {file}"
    entry, row_id = getattr(report, "entry", None), next(iter(subjects_of(report).rows), "")
    digest = getattr(report, "digest", None)
    file: SourceKey = entry.digest if entry else digest or names.digest(row_id)
    is_relinked = template.endswith("--relink")
    # Entries of a .bib are not relinked: the entry of a digest makes their item again.
    if ("{id}" in template and row_id not in row_ids) or (is_relinked and file.is_bib):
        template = ""
    about = {
        "id": row_ids.get(row_id, ""),
        "file": visible(shlex.quote(file)),
        "line": entry.place.start_line if entry else "",
        "keys": visible(" ".join(getattr(report, "keys", ()))),
    }
    return f"zoterodigest {template.format_map(about)}" if template else ""


def section_of(report: Report) -> Section[Any]:
    """Return the section of a report."""
    return SECTIONS_BY_KIND[type(report)]
