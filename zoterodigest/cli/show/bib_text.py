"""What an export does to .bib files and what it leaves, for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoterodigest.bibtex.edit.splice import Updated
from zoterodigest.bibtex.tiles.scanner import scan
from zoterodigest.cli.base.projects import near
from zoterodigest.cli.base.screen import (
    counted,
    cut,
    enumerated,
    first_of,
    hanging,
    styled,
    visible,
    width,
)
from zoterodigest.cli.show.encoder import json_value, picked
from zoterodigest.core.values.record import EMPTY, Blocks, Value

# An export of a file of items needs neither projects nor Markdown (a fifth of it for 5,000 items).
if TYPE_CHECKING:
    from zoterodigest.sync.bibliographies.exporting import NewBib

_MOST = 5


def exports_text(bibs: Sequence[NewBib], heading: str = "Exports") -> Iterator[str]:
    """Yield what an export does to each .bib that it changes, and what it leaves as it is."""
    changing = [bib for bib in bibs if bib.is_change]
    if changing:
        yield styled(heading, "bold")
    for bib in changing:
        yield from hanging(f"  {visible(bib.key)}: ", summary(bib))
        updated = bib.updated
        lines = [f"+ {key}" for key in updated.added]
        lines += [f"~ {key}: {', '.join(_named(names))}" for key, names in updated.changed.items()]
        yield from _some([*lines, *(f"- {key}" for key in updated.removed)], 4)
    for bib in bibs:
        yield from notes_text(bib)


def exports_diff(bibs: Sequence[NewBib], heading: str) -> Iterator[str]:
    """Yield what an export does to the entries of each .bib that it changes, word by word."""
    from zoterodigest.cli.show.differences import edit_shown

    changing = [bib for bib in bibs if bib.is_change]
    if changing:
        yield styled(heading, "bold")
    for bib in changing:
        before, after = _texts(bib.before or b""), _texts(bib.source)
        for key in dict.fromkeys((*before, *after)):
            old, new = (texts.get(key, b"") for texts in (before, after))
            if old != new:
                yield ""
                yield styled(cut(f"  {visible(bib.key)}  {visible(key)}", width()), "yellow")
                yield from edit_shown("", _lines_of(old), _lines_of(new), 4)


def _lines_of(entry: bytes) -> Value:
    return Blocks((entry.decode(errors="replace"),)) if entry else EMPTY


def summary(bib: NewBib) -> str:
    """Return in one line what an export does to a .bib."""
    updated = bib.updated
    if bib.before is None and not bib.is_change:
        return "not written, as it would have no entry"
    added, replaced = _came(bib)
    parts = [(added, "added"), (replaced, "replaced"), (updated.changed, "changed")]
    parts.append((updated.removed, "removed"))
    amounts = [f"{counted(len(keys), 'entry')} {verb}" for keys, verb in parts if keys]
    is_new = " (a new file)" if bib.before is None and bib.is_change else ""
    left = len([one for one in updated.kept if not one.field]) + len(updated.refused)
    # Numbers add up to the works that are wanted: each is in one of these counts.
    unchanged = bib.wanted - len(added) - len(replaced) - len(updated.changed) - left
    standing = f", {unchanged:,} unchanged" if unchanged > 0 else ""
    return f"{enumerated(amounts) or 'nothing to do'}{standing}{is_new}"


def _came(bib: NewBib) -> tuple[list[str], list[str]]:
    """Return the keys that an export adds to a .bib, and those whose entries were replaced.

    A file that is written anew may have held the same entries before.
    """
    if not bib.before:
        return list(bib.updated.added), []
    before, after = _texts(bib.before), _texts(bib.source)
    added = [key for key in bib.updated.added if key not in before]
    stood = [key for key in bib.updated.added if key in before]
    return added, [key for key in stood if before[key] != after.get(key)]


def _named(names: Iterable[str]) -> list[str]:
    return [name or "entry type" for name in names]


def _some(lines: Sequence[str], indent: int) -> Iterator[str]:
    shown = (" " * indent + cut(visible(line), width() - indent) for line in lines)
    return first_of(shown, _MOST, indent=indent)


def notes_text(bib: NewBib) -> Iterator[str]:
    """Yield what people should know of a .bib that is otherwise in sync, in few lines."""
    kept = [f"{one.key}{one.field and f': {one.field}'}: {one.reason}" for one in bib.updated.kept]
    if kept:
        left = counted(len(kept), "thing left as it is", "things left as they are")
        yield from hanging(f"{visible(bib.key)}: ", left)
        yield from _some(kept, 4)
    if bib.updated.behind and bib.bib.rules.add_only is None:
        entries = counted(len(bib.updated.behind), "entry differs", "entries differ")
        what = f"{entries} from the library; `add_only = false` (`export --update`) updates them"
        yield from hanging(f"{visible(bib.key)}: ", what)
    missing = ((near(Path(one.at.file)), one.at.line, one.key) for one in bib.missing)
    lines = [f"{file}:{line}: no work has the key {key}" for file, line, key in missing]
    yield from _some([*problem_lines(bib.key, bib.updated), *lines], 0)
    if reason := _why_unpruned(bib):
        yield from hanging(f"{visible(bib.key)}: ", f"prune removes nothing here: {reason}")


def problem_lines(name: str, updated: Updated) -> Iterator[str]:
    """Yield what is wrong in a .bib, and the keys that an export had to replace."""
    for one in updated.problems:
        yield f"{name}:{one.place.line}:{one.place.column}: {one.reason}"
    for wanted, key in updated.aliases.items():
        if key in updated.added:
            yield f"{name}: {key} replaces the key {wanted}, which another work has there"


def _why_unpruned(bib: NewBib) -> str:
    """Return why `prune` removes nothing from a .bib; "" if it may remove entries."""
    rules = bib.bib.rules
    if not rules.prune or not bib.before or rules.add_only is False:
        return ""
    if rules.add_only:
        return "with add_only entries are only added"
    # If `add_only` is not set, a file that we made, or pull edits from, may lose entries.
    if bib.is_made or rules.pull is not False:
        return ""
    return "no export made the file, and without add_only = false (--update) entries are only added"


def dropped_text(name: str, before: bytes, after: bytes) -> Iterator[str]:
    """Yield which entries of a .bib that was written anew are no longer in it."""
    present = _texts(after)
    if gone := [key for key in _texts(before) if key not in present]:
        are = "entry that it had is" if len(gone) == 1 else "entries that it had are"
        yield f"{visible(name)}: {len(gone):,} {are} no longer in it"
        yield from _some(gone, 4)


def _texts(source: bytes) -> dict[str, bytes]:
    """Return the text of each entry of a .bib by its key."""
    bib = scan(source)
    return {bib.key(one): source[one.span.start : one.span.end] for one in bib.entries}


def unsettable_text(signs: Sequence[str]) -> Iterator[str]:
    """Yield that entries have signs that pdflatex lacks, if any has; `signs` are those of each."""
    if signs:
        some = "".join(dict.fromkeys("".join(signs)))[:20]
        yield (
            f"{counted(len(signs), 'entry has', 'entries have')} signs that pdflatex lacks"
            f" ({visible(some)}): use --to biblatex, or XeLaTeX"
        )


def export_data(bib: NewBib) -> Mapping[str, Any]:
    """Return what an export does to a .bib, as JSON can hold it."""
    updated = bib.updated
    return {
        **picked(bib, bibliography="key", in_sync="is_settled"),
        "added": updated.added,
        "changed": {key: _named(names) for key, names in sorted(updated.changed.items())},
        **picked(updated, "removed", "kept"),
        "problems": [{**json_value(it.place), "reason": it.reason} for it in updated.problems],
        "aliases": dict(sorted(updated.aliases.items())),
        "missing": [{"key": one.key, **json_value(one.at)} for one in bib.missing],
        "failure": bib.failure or None,
    }
