"""What a run reports and does not do: grouped, each group with what a person can do about it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from zoterodigest.cli.base.screen import counted, cut, section, width
from zoterodigest.cli.show.report_text import Wording
from zoterodigest.cli.show.subjects import conflict_text, field_name
from zoterodigest.core.plan.reports import (
    AddedItem,
    AmbiguousEntry,
    ApartField,
    AwaitedItem,
    Conflict,
    DroppedEntry,
    Followed,
    Held,
    HeldName,
    HiddenNotes,
    KeptForEdit,
    MergedOtherWork,
    MissingItem,
    MissingNote,
    MissingShelf,
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
    Section(Conflict, "Conflicts", "{why}; both ends stay as they are. `zoterodigest conflicts`"
            " shows what they held before, `resolve` decides."),
    Section(PlaceConflict, "Moved at both ends", "Digest and library put these in different"
            " places; both stay. Move one of them to where the other is."),
    Section(NameConflict, "Renamed at both ends", "A heading and its collection got different"
            " names; both stay. Give both the same name."),
    Section(AmbiguousEntry, "Ambiguous", "Each may be the item below it, or one of several;"
            " nothing was created. Correct or add an identifier (DOI, arXiv id), or merge doubles"
            " in the library."),
    Section(SameWork, "One work twice", "These items turn out to be one work. Merge them in Zotero"
            " (Merge Items) or by `zoterodigest duplicates --merge`: the links follow."),
    Section(MergedOtherWork, "Merged with another work", "Their items were merged in Zotero, but"
            " the item that stays is linked with an entry that has another identifier. These"
            " entries stay as they are and are not synced. If the merge was a mistake, restore the"
            " item from the trash. If they are two works, `push DIGEST --relink` makes a new item."
            " If they are one, correct the identifier, or delete one of the entries."),
    Section(UnreadableEntry, "Unreadable", "Left as they are, nothing in the library changes."
            " `zoterodigest inspect FILE` lists them."),
    Section(TrashedEntry, "Only in the trash", "Neither created nor restored. Take the item out of"
            " the trash, and the next push links it."),
    Section(KeptForEdit, "Kept, as it was edited", "One end is gone, but the other was edited"
            " since: it stays."),
    Section(RestoredNote, "Notes restored", "Deleted in the library, but the entries were edited"
            " since: the edit wins, and a push brings the notes back."),
    Section(AddedItem, "Added in the library", "Put into a collection of a digest; no entry was"
            " written."),
    Section(NotFollowed, "Not followed", "Changed in the library, and the digest cannot show it:"
            " both ends stay as they are. Choose another name or collection."),
    Section(UnreadableDate, "Dates that cannot be read", "The entries keep the date that they show."
            " Write these in Zotero as a date, such as 2025-03 or March 2025."),
    Section(Relocated, "In other collections", "Put into or taken out of a collection in the"
            " library; the entries stay where they are."),
    Section(Waiting, "Waiting for the library", "The lock file and this library are of different"
            " times. These fields go on when the library has caught up; `zoterodigest resolve ID`"
            " decides now."),
    Section(AwaitedItem, "Not here yet", "Linked by the lock file, and not in this library yet."),
    Section(Followed, "Merged in the library", "These entries are now linked with the item that"
            " stays. No entry changes: a field that the item has differently has diverged, one that"
            " it lacks is filled in. Of two entries with one item, keep both, or delete one."),
    Section(DroppedEntry, "Dropped", "Their entries left the file, and their links end. What"
            " becomes of a digest's items, `when_dropped` in zoterodigest.toml says; unasked they"
            " stay."),
    Section(MissingItem, "Gone from the library", "Trashed or erased there, and not made again by"
            " itself: `push DIGEST --relink` does. `when_trashed` says what becomes of entries."),
    Section(Held, "Held back", "These edits do not travel: the rules of zoterodigest.toml keep"
            " them, or they are of notes of your own, which go one way only. Both ends stay.",
            is_lasting=True),
    Section(HeldName, "Names held back", "By zoterodigest.toml the headings do not follow their"
            " collections' new names.", is_lasting=True),
    Section(NotPushed, "Not pushed", "Not in the library, and by zoterodigest.toml their digest may"
            " not create items.", is_lasting=True),
    Section(ApartField, "Apart", "Different from the beginning, or looked up for the library alone:"
            " each end keeps its own value, and changes do not travel. `zoterodigest conflicts"
            " --apart` lists them, `resolve ID` joins them.", is_lasting=True),
    Section(NoLongerShown, "No longer in the entry", "The entries have no place for these any"
            " more; the library keeps them. To clear them there too, leave the label (in a .bib the"
            " field's name) with nothing behind it, or clear them in Zotero.", is_lasting=True),
    Section(MissingNote, "Notes deleted in the library", "The entries stay as they are. The next"
            " edit of one brings its note back; `push DIGEST --relink` brings back all. A note that"
            " was moved to another item stays there.",
            is_lasting=True),
    Section(HiddenNotes, "Notes not shown", "Entries in rows of a table have no place for notes"
            " of your own: the notes stay in Zotero. To end this report, set `notes` to \"off\" for"
            " this digest in zoterodigest.toml.", is_lasting=True),
    Section(MissingShelf, "Collections gone from the library", "Not made again; nothing is placed"
            " in them.", is_lasting=True),
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
    ((ApartField,), "field apart", "fields apart"),
    ((UnreadableDate,), "date that cannot be read", "dates that cannot be read"),
    ((Waiting, AwaitedItem), "entry waiting", "entries waiting"),
    ((NotFollowed,), "change not followed", "changes not followed"),
    ((Held, HeldName), "edit held back", "edits held back"),
)


def open_text(reports: Iterable[Report]) -> str:
    """Return in one line how much is open: `2 conflicts, 1 field apart`; "" if nothing is."""
    counts = Counter(type(report) for report in reports)
    found = [(sum(counts[kind] for kind in kinds), one, many) for kinds, one, many in _OPEN]
    return ", ".join(counted(number, one, many) for number, one, many in found if number)


def heading_of(report: Report) -> str:
    """Return the heading of a report's section."""
    return next(section.heading for section in SECTIONS if section.kind is type(report))


class Attention:
    """Writes reports for people, in the words of `wording`, each behind its `label`."""

    def __init__(
        self,
        reports: Iterable[Report],
        wording: Wording,
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
        apart = [one for one in self._by_kind.get(ApartField, []) if isinstance(one, ApartField)]
        counts = Counter(field_name(one.name) for one in apart)
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
