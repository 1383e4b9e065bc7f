"""An export into a .bib that stands: only what is ours changes, and of that only what differs.

The caller names the entries that are ours, with the fingerprints of what was last written into
them. Fields and entries that a person changed since then stay as they are, and are reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import field
from functools import cached_property
from itertools import count

from zoterodigest.bibtex.edit.document import (
    NO_VENUES,
    Asked,
    Prints,
    asked_of,
    prints_of,
    same_bib_value,
    says_alike,
)
from zoterodigest.bibtex.edit.operations import (
    UNREADABLE,
    BibContext,
    CannotBeWritten,
    DeclinedBibEdit,
    Operation,
    Places,
    bib_removal,
    rewriting,
    verified,
)
from zoterodigest.bibtex.export.entry import BibEntry
from zoterodigest.bibtex.keys import letters_of
from zoterodigest.bibtex.reading import StandingEntry, macros_of, standing_entries
from zoterodigest.bibtex.tiles.scanner import scan
from zoterodigest.bibtex.tiles.tiles import Bibliography, BibPlace, BibProblem
from zoterodigest.core.works.catalogue import Adopt, Ambiguous, Catalogue
from zoterodigest.core.works.work import KnownWork, naming, work_of
from zoterodigest.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Updated:
    """What an update came to.

    `changed` names the fields of each changed entry. `kept` stays as a person wrote it,
    `refused` cannot be written into a .bib, or not into this one. `aliases` gives the key in the
    file of each wanted entry that has another key there. `ours` is what the caller is to keep for
    the next update: the prints of all entries that are ours. `behind` are those of ours that stay
    as they are only because entries are only added.
    """

    source: bytes
    added: tuple[str, ...] = ()
    changed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    removed: tuple[str, ...] = ()
    kept: tuple[DeclinedBibEdit, ...] = ()
    refused: tuple[DeclinedBibEdit, ...] = ()
    problems: tuple[BibProblem, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    ours: Mapping[str, Prints] = field(default_factory=dict)
    behind: tuple[str, ...] = ()


def update(
    source: bytes,
    wanted: Sequence[BibEntry],
    ours: Mapping[str, Prints],
    *,
    add_only: bool,
    prune: bool = False,
    adopted: Set[str] = frozenset(),
    held: Set[str] = frozenset(),
) -> Updated:
    """Bring the .bib `source` up to date with `wanted`; `ours` holds our entries by their keys.

    A wanted entry has the key under which the last update left it (`aliases`). An entry of the file
    that is the same work is adopted as it is: by an identifier, by title and first author, or by
    one of the keys `adopted` earlier. One of ours that got another key stays ours. If one of ours
    or an adopted one is missing, a person removed it, and it is not written again.

    With `add_only` no entry of the file changes. Entries in `held` never change; it names them by
    the key that is wanted or by the one in the file. With `prune` ours that are no longer wanted
    are removed, unless a person edited them. Broken regions stay and are reported.
    """
    run = _SpliceRun(scan(source), wanted, ours, adopted)
    # The order is a law: what is ours is known only once all are matched, and where new entries go
    # depends on which ones leave.
    run.match()
    if add_only:
        run.note_behind(held)
    else:
        run.rewrite(held)
        if prune:
            run.prune()
    run.add()
    return run.finished()


TAKEN_OUT = "it was taken out of the file"


class _SpliceRun:
    """One update, step by step."""

    def __init__(
        self,
        bibliography: Bibliography,
        wanted: Sequence[BibEntry],
        ours: Mapping[str, Prints],
        adopted: Set[str],
    ) -> None:
        self._adopted = adopted
        self._bibliography = bibliography
        self._context = BibContext(bibliography)
        self._wanted = wanted
        self._prints = dict(ours)
        self._macros = macros_of(bibliography)
        self._entries = standing_entries(bibliography)
        self._by_key = {entry.key: entry for entry in reversed(self._entries)}
        self._matched: list[tuple[Asked, StandingEntry]] = []
        self._new: list[BibEntry] = []
        self._aliases: dict[str, str] = {}
        # With each operation what is ours after it, and the fields that it changes.
        self._written: dict[Operation, tuple[Prints, frozenset[str]]] = {}
        self._kept: list[DeclinedBibEdit] = []
        self._refused: list[DeclinedBibEdit] = []
        self._problems = list(bibliography.problems())
        self._behind: tuple[str, ...] = ()

    def match(self) -> None:
        """Find the entry of the file that each wanted one is."""
        claimed: set[int] = set()
        for wanted in self._wanted:
            try:
                asked = asked_of(wanted, self._macros, self._by_key.get(wanted.key))
            except CannotBeWritten as error:
                self._refused.append(DeclinedBibEdit(wanted.key, "", str(error)))
                continue
            found = self._found(asked)
            if isinstance(found, StandingEntry):
                if found.key != wanted.key:
                    self._aliases[wanted.key] = found.key
                    # An entry of ours stays ours when a person gave it another key.
                    if wanted.key in self._prints and found.key not in self._prints:
                        self._prints[found.key] = self._prints.pop(wanted.key)
                # Two wanted entries may be one work in the file; the first one writes it.
                if found.tile.span.start not in claimed:
                    claimed.add(found.tile.span.start)
                    self._matched.append((asked, found))
            elif found is None and self._is_hidden(asked):
                continue
            elif wanted.key in self._prints or wanted.key in self._adopted:
                self._kept.append(DeclinedBibEdit(wanted.key, "", TAKEN_OUT))
            elif found is None:
                self._new.append(wanted)

    def rewrite(self, held: Set[str]) -> None:
        """Write what differs into our entries, but those `held`; what a person edited stays."""
        for asked, entry in self._matched:
            if entry.key in self._prints and held.isdisjoint({entry.key, asked.entry.key}):
                self._rewrite(entry.key, asked, entry)

    def note_behind(self, held: Set[str]) -> None:
        """Note which entries `rewrite` would change, and change none."""
        before = {**self._prints}, [*self._kept], [*self._refused]
        self.rewrite(held)
        self._behind = tuple(one.key for one in self._written)
        self._written = {}
        self._prints, self._kept, self._refused = before

    def prune(self) -> None:
        """Remove our entries that are no longer wanted."""
        wanted = {entry.tile.span.start for _, entry in self._matched}
        for key, prints in sorted(self._prints.items()):
            entry = self._by_key.get(key)
            if entry is None or entry.tile.span.start in wanted:
                continue
            if prints_of(entry) != prints:
                reason = "no longer wanted, but edited in the file"
                self._kept.append(DeclinedBibEdit(key, "", reason))
            else:
                self._written[bib_removal(self._bibliography, entry.tile)] = {}, frozenset()

    def add(self) -> None:
        """Write what is not in the file."""
        leaving = frozenset(one.at for one in self._written if not one.entry)
        places = Places(self._context, leaving)
        taken = {one.key.casefold() for one in self._entries}
        if places.is_sorted:
            self._new.sort(key=lambda one: one.key.casefold())
        for wanted in self._new:
            key = free_bib_key(wanted.key, taken)
            taken.add(key.casefold())
            if key != wanted.key:
                self._aliases[wanted.key] = key
            entry = BibEntry(wanted.entry_type, key, wanted.fields)
            try:
                operation = places.addition(entry)
                prints = asked_of(entry, self._macros).prints
            except CannotBeWritten as error:
                self._refused.append(DeclinedBibEdit(key, "", str(error)))
            else:
                self._written[operation] = prints, frozenset()

    def finished(self) -> Updated:
        """Apply what verifies and say what came of everything."""
        source, dropped = verified(self._bibliography, tuple(self._written))
        for one in dropped:
            self._refused.append(DeclinedBibEdit(one.key, "", UNREADABLE))
            del self._written[one]
        self._prints |= {one.key: prints for one, (prints, _) in self._written.items()}
        removed = tuple(one.key for one in self._written if not one.entry)
        ours = {key: self._prints[key] for key in sorted(self._prints.keys() - set(removed))}
        names = {one: tuple(sorted(names)) for one, (_, names) in self._written.items()}
        return Updated(
            source=source,
            added=tuple(one.key for one in names if one.is_new),
            changed={one.key: names[one] for one in names if one.entry and not one.is_new},
            removed=removed,
            kept=tuple(sorted(self._kept)),
            refused=tuple(sorted(self._refused)),
            problems=tuple(self._problems),
            aliases=self._aliases,
            ours=ours,
            behind=self._behind,
        )

    @cached_property
    def _catalogue(self) -> Catalogue:
        """The works that stand in the file; not needed where all that is wanted is ours."""
        catalogue = Catalogue()
        for at, entry in enumerate(self._entries):
            catalogue.add(str(at), self._works[entry.tile.span.start])
        return catalogue

    @cached_property
    def _works(self) -> Mapping[int, KnownWork]:
        """The works of the entries of the file, by where these begin."""
        entries = self._entries
        return {one.tile.span.start: work_of(one.record(NO_VENUES)) for one in entries}

    def _work(self, asked: Asked) -> KnownWork:
        standing = asked.standing
        if standing.bibliography is self._bibliography:
            return self._works[standing.tile.span.start]
        return work_of(asked.record())

    def _found(self, asked: Asked) -> StandingEntry | Ambiguous | None:
        key = asked.entry.key
        same_key = self._by_key.get(key)
        if same_key is not None and (key in self._prints or key in self._adopted):
            return same_key
        if not self._by_key:
            return None
        match self._catalogue.find(self._work(asked)):
            case Adopt(at):
                return self._entries[int(at)]
            case Ambiguous(places):
                standing = [self._entries[int(at)] for at in places]
                if same_key in standing:
                    return same_key
                self._doubt(key, standing)
                return Ambiguous(places)
        return None

    def _is_hidden(self, asked: Asked) -> bool:
        """Tell whether the work seems to stand in a broken region, and say so."""
        if not self._hidden:
            return False
        marks = [f"{{{asked.entry.key},", asked.standing.texts.get("title", "")]
        marks += [one.value for one in naming(asked.record().identifiers)]
        for line, text in self._hidden:
            if any(mark and mark.casefold() in text for mark in marks):
                reason = f"it may stand in what cannot be read from line {line}"
                self._kept.append(DeclinedBibEdit(asked.entry.key, "", reason))
                return True
        return False

    @cached_property
    def _hidden(self) -> Sequence[tuple[int, str]]:
        """The broken regions: where each begins, and its text folded."""
        bibliography = self._bibliography
        return [
            (
                bibliography.place(tile.span.start).line,
                " ".join(bibliography.text(tile.span).casefold().split()),
            )
            for tile in bibliography.broken
        ]

    def _doubt(self, key: str, standing: Iterable[StandingEntry]) -> None:
        places = sorted(self._bibliography.place(one.tile.span.start).line for one in standing)
        if len(places) == 1:
            found, doubt = f"the entry in line {places[0]}", "but that is not certain"
            other, advice = "that entry", "If it is"
        else:
            lines = ", ".join(map(str, places))
            found, doubt = f"one of the entries in lines {lines}", "but it is not clear which"
            other, advice = "the entry", "If it is one of them"
        reason = (
            f"{key} was not added: it may be {found}, {doubt}. {advice}, give {other} the key"
            f" {key}; if not, correct or add authors, DOI or arXiv id, so that they differ"
        )
        self._problems.append(BibProblem(BibPlace(places[0], 1), reason))

    def _rewrite(self, key: str, asked: Asked, entry: StandingEntry) -> None:
        base, then = self._prints[key], asked.prints
        now = then if asked.standing is entry else prints_of(entry)
        names = sorted(then.keys() | base.keys())
        differing = [name for name in names if then.get(name) != now.get(name)]
        places = [name for name in differing if name in now or name in base]
        same, alike = self._alike(asked, entry, places)
        touched = {name for name in names if base.get(name) != now.get(name)}
        changed = frozenset(differing) - same - touched
        kept = touched.intersection(differing) - same
        edited = sorted(kept - alike)
        self._kept += [DeclinedBibEdit(key, name, "edited in the file") for name in edited]
        held = {**base, **{name: now[name] for name in same & now.keys()}}
        agreed = {n: held.get(n) if n in same | kept else then.get(n) for n in names}
        prints = {name: each for name, each in agreed.items() if each}
        if not changed:
            self._prints[key] = prints
            return
        try:
            operation = rewriting(self._context, entry, asked.entry, changed)
        except CannotBeWritten as error:
            self._refused.append(DeclinedBibEdit(key, "", str(error)))
            return
        self._written[operation] = prints, changed

    def _alike(
        self, asked: Asked, entry: StandingEntry, names: Sequence[str]
    ) -> tuple[frozenset[str], frozenset[str]]:
        """Return those of `names` that say what is wanted, and those that do but for case."""
        if not names:
            return frozenset(), frozenset()
        wanted, standing = asked.record(), entry.record(NO_VENUES)
        same = (name for name in names if same_bib_value(name, wanted, standing))
        alike = (name for name in names if says_alike(name, wanted, standing))
        return frozenset(same), frozenset(alike)


def free_bib_key(key: str, taken: set[str]) -> str:
    """Return `key`, with letters behind it only if it is taken: the first that are free."""
    keys = (key + letters_of(number) for number in count())
    return next(one for one in keys if one.casefold() not in taken)
