"""What a run reports and does not do: grouped, each group with what a person can do about it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from zoterodigest.cli.base.screen import counted, cut, section, width
from zoterodigest.cli.show.report_names import conflict_text, field_name
from zoterodigest.cli.show.report_text import ReportText
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

Kind = type[Report]


@dataclass(frozen=True, slots=True)
class Section:
    """The heading of one kind of report, and what a person can do about it.

    A kind that `is_lasting` comes back with every run: only `status` lists it.
    """

    kind: Kind
    heading: str
    advice: str
    is_lasting: bool = False


SECTIONS = (
    Section(Conflict, "Conflicts", "{why}. Both sides keep their value until you decide."
            " `zoterodigest conflicts` shows both values, `zoterodigest resolve` decides."),
    Section(PlaceConflict, "Moved on both sides", "These moved in the digest and in the library, to"
            " different places. Both sides stay as they are. Move one of them to where the other"
            " is."),
    Section(NameConflict, "Renamed on both sides", "A heading and its collection got different"
            " names. Both keep their name. Give both the same name."),
    Section(AmbiguousEntry, "Ambiguous", "Each entry may be the item below it, or one of several."
            " zoterodigest created nothing. Correct or add an identifier (DOI, arXiv id), or merge"
            " duplicates in the library."),
    Section(SameWork, "One work twice", "These items are one work. Merge them in Zotero"
            " (Merge Items) or by `zoterodigest duplicates --merge`. The links follow."),
    Section(MergedOtherWork, "Merged with another work", "Their items were merged in Zotero, but"
            " the item that stays is linked with an entry that has another identifier. These"
            " entries stay as they are and are not synced. If the merge was a mistake, restore the"
            " item from the trash. If they are two works, `push DIGEST --relink` makes a new item."
            " If they are one, correct the identifier, or delete one of the entries."),
    Section(UnreadableEntry, "Unreadable", "zoterodigest can't read these entries. It leaves them"
            " and their items as they are. `zoterodigest inspect FILE` lists them."),
    Section(TrashedEntry, "Only in the trash", "The items of these entries are in the trash."
            " zoterodigest neither creates nor restores them. Restore an item, and the next push"
            " links it."),
    Section(KeptForEdit, "Kept because of an edit", "One side was deleted, but the other was edited"
            " since. zoterodigest keeps it."),
    Section(RestoredNote, "Notes restored", "The notes were deleted in the library, but the entries"
            " were edited since. The edit wins, and a push brings the notes back."),
    Section(AddedItem, "Added in the library", "Somebody put these items into a collection of a"
            " digest. zoterodigest wrote no entry for them."),
    Section(NotFollowed, "Not followed", "These changed in the library, and the digest can't show"
            " the change. Both sides stay as they are. Choose another name or collection."),
    Section(UnreadableDate, "Dates that cannot be read", "The entries keep the date that they show."
            " Write these in Zotero as a date, such as 2025-03 or March 2025."),
    Section(Relocated, "In other collections", "Somebody moved these items to other collections in"
            " the library. The entries stay where they are."),
    Section(Waiting, "Waiting for the library", "This library is older than the lock file. These"
            " fields are synced when the library is up to date. `zoterodigest resolve ID`"
            " decides now."),
    Section(AwaitedItem, "Not here yet", "The lock file links these, and this library doesn't have"
            " them yet."),
    Section(Followed, "Merged in the library", "These entries are now linked with the item that"
            " stays. No entry changes: a field that the item has differently has diverged, one that"
            " it lacks is filled in. Of two entries with one item, keep both, or delete one."),
    Section(DroppedEntry, "Removed from the file", "Somebody removed these entries, so their links"
            " end. Their items stay, unless `when_dropped` in zoterodigest.toml says otherwise."),
    Section(MissingItem, "Missing in the library", "Somebody trashed or deleted these items."
            " `push DIGEST --relink` makes them again. `when_trashed` in zoterodigest.toml decides"
            " what happens to the entries."),
    Section(HeldBack, "Held back", "These edits stay on their side: the rules of zoterodigest.toml"
            " hold them back, or they are edits of your own notes, which only go one way.",
            is_lasting=True),
    Section(HeldBackName, "Names held back", "By the rules of zoterodigest.toml the headings don't"
            " follow the new names of their collections.", is_lasting=True),
    Section(NotPushed, "Not pushed", "These entries are not in the library, and the rules of"
            " zoterodigest.toml don't let their digest create items.", is_lasting=True),
    Section(DivergedField, "Diverged", "These values differed from the start, or were looked up for"
            " the library only. Each side keeps its own value, and changes are not synced."
            " `zoterodigest conflicts --diverged` lists them, `resolve ID` decides.",
            is_lasting=True),
    Section(NoLongerShown, "No longer in the entry", "The entries have no place for these any"
            " more; the library keeps them. To clear them there too, leave the label (in a .bib the"
            " field's name) with nothing behind it, or clear them in Zotero.", is_lasting=True),
    Section(MissingNote, "Notes deleted in the library", "The entries stay as they are. The next"
            " edit of one brings its note back; `push DIGEST --relink` brings back all. A note that"
            " was moved to another item stays there.",
            is_lasting=True),
    Section(HiddenNotes, "Notes not shown", "Entries in rows of a table have no place for your own"
            " notes, so the notes stay in Zotero. To end this report, set `notes` to \"off\" for"
            " this digest in zoterodigest.toml.", is_lasting=True),
    Section(MissingCollection, "Collections missing in the library", "zoterodigest doesn't make"
            " these collections again, and puts nothing into them.", is_lasting=True),
    Section(NotLinked, "No longer linked", "`push DIGEST --relink` links them again.",
            is_lasting=True),
)  # fmt: skip
"""Every kind of report, what matters most first."""

NEWS = frozenset(section.kind for section in SECTIONS if not section.is_lasting)
"""The kinds that every run tells; `status` tells the others too."""

CONFLICTS: frozenset[Kind] = frozenset({Conflict, PlaceConflict, NameConflict})
"""The kinds that make the exit code 3."""

_OPEN: tuple[tuple[Collection[Kind], str, str], ...] = (
    (CONFLICTS, "conflict", "conflicts"),
    ((AmbiguousEntry,), "ambiguous entry", "ambiguous entries"),
    ((SameWork,), "work twice", "works twice"),
    ((MergedOtherWork,), "entry merged with another work", "entries merged with other works"),
    ((UnreadableEntry,), "unreadable entry", "unreadable entries"),
    ((DivergedField,), "diverged field", "diverged fields"),
    ((UnreadableDate,), "date that cannot be read", "dates that cannot be read"),
    ((Waiting, AwaitedItem), "entry waiting", "entries waiting"),
    ((NotFollowed,), "change not followed", "changes not followed"),
    ((HeldBack, HeldBackName), "edit held back", "edits held back"),
)


def open_text(reports: Iterable[Report]) -> str:
    """Return in one line how much is open: `2 conflicts, 1 diverged field`; "" if nothing is."""
    counts = Counter(type(report) for report in reports)
    found = [(sum(counts[kind] for kind in kinds), one, many) for kinds, one, many in _OPEN]
    return ", ".join(counted(number, one, many) for number, one, many in found if number)


def heading_of(report: Report) -> str:
    """Return the heading of a report's section."""
    return next(section.heading for section in SECTIONS if section.kind is type(report))


class ReportSections:
    """Writes reports for people, in the words of `wording`, each behind its `label`."""

    def __init__(
        self,
        reports: Iterable[Report],
        wording: ReportText,
        label: Callable[[Report], str] = lambda _: "",
    ) -> None:
        self._wording = wording
        self._label = label
        self._by_kind: dict[Kind, list[Report]] = defaultdict(list)
        for report in reports:
            self._by_kind[type(report)].append(report)

    def lines(self, kinds: Collection[Kind], most: int) -> Iterator[str]:
        """Yield the sections of these `kinds` that hold anything, `most` subjects in each."""
        for kind in SECTIONS:
            reports = self._by_kind.get(kind.kind, [])
            if kind.kind in kinds and reports:
                yield ""
                yield from self._section(kind, reports, most)

    def subjects(self) -> set[str]:
        """Return what the reports are about, each once."""
        reports = (report for of_kind in self._by_kind.values() for report in of_kind)
        return set(map(self._wording.subject, reports))

    def differences(self) -> Iterator[str]:
        """Yield one line per field that has diverged."""
        diverged = [
            one for one in self._by_kind.get(DivergedField, []) if isinstance(one, DivergedField)
        ]
        counts = Counter(field_name(one.name) for one in diverged)
        for name, number in counts.most_common():
            keeps = "item keeps its" if number == 1 else "items keep their"
            yield f"  {number:>6,} {keeps} own {cut(name, 20)} (see `zoterodigest status`)"

    def _section(self, kind: Section, reports: Sequence[Report], most: int) -> Iterator[str]:
        found = [(one.name, one.at_item) for one in reports if isinstance(one, Conflict)]
        advice = kind.advice.replace("{why}", conflict_text(found))
        yield from section(kind.heading, len(reports), advice)
        # One edit of the rules or of a template can cause a report for every entry.
        kinds = Counter(map(self._wording.kind, reports))
        same = {common: n for common, n in kinds.most_common() if common and n > most}
        for common, number in same.items():
            yield cut(f"    {number:,} in {common}", width())
        others = [report for report in reports if self._wording.kind(report) not in same]
        yield from self._listed(others, most)

    def _listed(self, reports: Sequence[Report], most: int) -> Iterator[str]:
        groups: dict[str, list[Report]] = {}
        for report in reports:
            subject = self._label(report) + self._wording.subject(report)
            groups.setdefault(subject, []).append(report)
        for subject, told in [*groups.items()][:most]:
            yield cut(f"    {subject}", width())
            for report in told:
                yield from (cut(f"      {one}", width()) for one in self._wording.details(report))
        if untold := sum(len(group) for group in [*groups.values()][most:]):
            yield f"    … and {untold:,} more"
