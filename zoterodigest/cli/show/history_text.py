"""Runs of the history as people read them and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from html import unescape
from itertools import groupby
from typing import Any

from zoterodigest.cli.base.screen import (
    counted,
    cut,
    enumerated,
    excerpts,
    flowing,
    hanging,
    styled,
    visible,
    width,
)
from zoterodigest.cli.base.tables import Column, table
from zoterodigest.cli.show.encoder import picked
from zoterodigest.core.plan.history import (
    MASK,
    CollectionChange,
    DigestChange,
    ObjectChange,
    Run,
    RunSummary,
    killed_undos,
    run_to_redo,
    run_to_undo,
    undone_by,
)
from zoterodigest.core.plan.reversal import Hunk
from zoterodigest.core.values.file_keys import ConfigKey
from zoterodigest.regex import lazy_regex

_MARKUP = lazy_regex(r"<[^<>]*>")
_SIGNS = {**dict.fromkeys(("strong", "b"), "**"), **dict.fromkeys(("em", "i"), "*"), "code": "`"}
"""The Markdown of tags of a note: without them, a word set in bold looks like no change."""
_SIGNED = lazy_regex(rf"</?({'|'.join(_SIGNS)})(?:\s[^<>]*)?>")
_COLUMNS = Column("run", 6, is_right=True), Column("when", 16), Column("command", 9), Column("what")
_NOTHING = "(nothing)"
_MASKED = "(private)"
"""Stands for what is private in a line."""
_INDENT = 8


def runs_table(runs: Sequence[RunSummary]) -> Iterator[str]:
    """Yield the lines that list `runs`, all that are kept."""
    undone, killed = undone_by(runs), killed_undos(runs)
    rows = [(str(it.number), moment_text(it), visible(it.command), what_text(it)) for it in runs]
    heading, *lines = table(_COLUMNS, rows)
    yield heading
    for run, line in zip(runs, lines, strict=True):
        yield line
        notes = "; ".join(standing(run, undone, killed, runs))
        yield from hanging(" " * _INDENT, notes) if notes else ()


def what_text(run: RunSummary) -> str:
    """Return what a run changed, or planned to change if it did not finish."""
    what = ", ".join(counts_text(run.counts)) or "nothing"
    return what if run.is_finished else f"planned: {what}"


def standing(
    run: RunSummary,
    undone: Mapping[int, int],
    killed: Mapping[int, RunSummary],
    runs: Sequence[RunSummary],
) -> Iterator[str]:
    """Yield the remarks about one of `runs`: what it undoes, what undid it, whether it finished.

    `undone` has the runs that were undone, with the number of the undo. `killed` has those whose
    undo was killed or did not finish, with that undo.
    """
    if run.undoes:
        yield f"undoes run {run.undoes}"
    if run.number in undone:
        yield f"undone by run {undone[run.number]}"
    elif run.number in killed:
        undo = killed[run.number]
        yield f"run {undo.number}, which was to undo it, {visible(undo.ended)}"
    if run.number == getattr(killed.get(run.undoes), "number", None):
        command = _completing(run.undoes, runs)
        yield f"{visible(run.ended)}: `zoterodigest {command}` completes it"
    elif not run.is_finished:
        yield f"{visible(run.ended)}: this is what it intended"


def _completing(number: int, runs: Sequence[RunSummary]) -> str:
    """Return the command that completes the killed undo of this run. A redo undoes an undo."""
    if number == run_to_undo(runs):
        return "undo"
    return "redo" if number == run_to_redo(runs) else f"undo {number}"


def run_text(run: RunSummary) -> str:
    """Return a run by its number, what it was and when: `run 2 (sync, 2026-02-01 09:00)`."""
    return f"run {run.number} ({visible(run.command)}, {moment_text(run)})"


def moment_text(run: RunSummary) -> str:
    """Return when a run took place, in local time."""
    try:
        return f"{datetime.fromisoformat(run.when).astimezone():%Y-%m-%d %H:%M}"
    # A damaged time must not hide the run.
    except ValueError:
        return visible(run.when)


_IN_LIBRARY = ("items", "notes", "attachments", "collections")
_COUNTED = (*_IN_LIBRARY, "digests", "bibliographies", "configurations")
_SINGULAR = {"bibliographies": "bibliography"}


def counts_text(counts: Mapping[str, int]) -> list[str]:
    """Return what a run changed, each with its number; links only where nothing else was."""
    shown = [name for name in _COUNTED if counts.get(name)]
    # Nearly every run changes links: with other changes they say nothing new.
    if not shown and counts.get("links"):
        shown = ["links"]
    return [counted(counts[name], _SINGULAR.get(name, name[:-1]), name) for name in shown]


def library_changes_text(counts: Mapping[str, int]) -> str:
    """Return what a run wrote into a library: `2 items and 1 note`; "" if nothing."""
    return enumerated(counts_text({name: counts.get(name, 0) for name in _IN_LIBRARY}))


def unfinished_text(runs: Sequence[RunSummary]) -> Iterator[str]:
    """Yield the undos that were killed, with the command that completes each."""
    for number, undo in killed_undos(runs).items():
        command = _completing(number, runs)
        how = visible(undo.ended)
        text = f"Run {undo.number} {how} while it undid run {number}: `zoterodigest {command}`"
        yield from hanging("", f"{text} completes it.")


# --- one run -------------------------------------------------------------------------------------


def elsewhere_text(run: Run) -> Iterator[str]:
    """Yield which library a run wrote into, if that need not be the project's."""
    if run.address:
        yield f"The library is {visible(run.address)}."


def changes_text(run: Run) -> Iterator[str]:
    """Yield the lines that say what a run changes, field by field."""
    if run.objects or run.collections:
        yield styled("Into the library", "bold")
    # Item keys are random, so they only break ties.
    titled = sorted(
        run.objects, key=lambda one: (one.title, one.parent, _KINDS.index(one.kind), one.key)
    )
    for title, changes in groupby(titled, key=lambda change: change.title):
        yield f"  {cut(visible(title) or _NOTHING, width() - 2)}"
        for new, alike in groupby(changes, key=lambda one: one.kind if one.is_created else ""):
            yield from (f"    {line}" for line in _alike_lines(new, alike, run.names))
    for collection in run.collections:
        yield f"  {cut(_collection_line(collection), width() - 2)}"
    for heading, files in zip(_HEADINGS, _by_end(run), strict=True):
        if files:
            yield styled(heading, "bold")
        for file in files:
            yield from _file_lines(file)


_KINDS = "item", "note", "attachment"


_HEADINGS = "Into the digests", "Into the bibliographies", "Into the configuration"


def _by_end(run: Run) -> tuple[list[DigestChange], ...]:
    """Return the files that a run changed: digests, bibliographies, configuration."""
    digests = [one for one in run.digests if one.key.is_digest]
    configured = [one for one in run.digests if isinstance(one.key, ConfigKey)]
    # The rest: .bib files, and exports in CSL JSON.
    bibs = [one for one in run.digests if one not in (*digests, *configured)]
    return digests, bibs, configured


def _alike_lines(
    new: str, changes: Iterable[ObjectChange], names: Mapping[str, str]
) -> Iterator[str]:
    """Yield what was changed of one item, or how many objects of the kind `new` came to it."""
    if not new:
        for change in changes:
            yield from _object_lines(change, names)
    else:
        number = len(list(changes))
        yield f"new {new}" if number == 1 else f"{number} new {new}s"


def _object_lines(change: ObjectChange, names: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*change.before, *change.after}):
        before, after = change.before.get(name), change.after.get(name)
        # Zotero's name for what lies in the trash.
        if name == "deleted":
            yield f"{change.kind} {'into' if after else 'out of'} the trash"
        elif name in ("collections", "tags"):
            # Collections are stored by their keys, which tell a person nothing.
            called = names if name == "collections" else {}
            yield from _member_lines(f"{name}: ", before, after, called)
        else:
            values = [visible(_plain(before)), visible(_plain(after))]
            shown = (text or _NOTHING for text in excerpts(values, (width() - 20) // 2))
            yield f"{visible(name)}: {' → '.join(shown)}"
    for hunk in change.hunks:
        yield from _hunk_lines(hunk, is_html=True)


def _member_lines(
    head: str, before: object, after: object, names: Mapping[str, str]
) -> Iterator[str]:
    """Yield what one list has and the other lacks; collections by their names, if known."""
    old, new = (list(map(_plain, one)) if isinstance(one, list) else [] for one in (before, after))
    gone = (f"- {visible(names.get(one, one))}" for one in old if one not in new)
    came = (f"+ {visible(names.get(one, one))}" for one in new if one not in old)
    # Laid out for where it is shown, four columns to the right.
    first, *more = flowing((*gone, *came), len(head) + 4)
    yield f"{head}{first.lstrip()}"
    yield from (line.removeprefix("    ") for line in more)


def _collection_line(change: CollectionChange) -> str:
    before, after = change.before, change.after
    if before is None:
        return f"new collection {visible(after.name)}"
    if before.is_trashed != after.is_trashed:
        where = "into" if after.is_trashed else "out of"
        return f"collection {visible(after.name)} {where} the trash"
    return f"collection {visible(before.name)} → {visible(after.name)}"


def _file_lines(change: DigestChange) -> Iterator[str]:
    for hunk in change.hunks:
        yield f"  {cut(visible(change.key), width() - 12)}:{hunk.at + 1}"
        yield from (f"    {line}" for line in _hunk_lines(hunk))


def _hunk_lines(hunk: Hunk, *, is_html: bool = False) -> Iterator[str]:
    before, after = (_shown(pieces, is_html=is_html) for pieces in (hunk.before, hunk.after))
    if before == after:  # what differs is in tags: the address of a link, a color
        before, after = (_shown(pieces, is_html=False) for pieces in (hunk.before, hunk.after))
    room = width() - 6
    # Lines in equal number belong together: both excerpts begin where they differ.
    if len(before) == len(after):
        pairs = [excerpts(pair, room) for pair in zip(before, after, strict=True)]
        before, after = [one for one, _ in pairs], [other for _, other in pairs]
    for sign, style, texts in (("-", "red", before), ("+", "green", after)):
        yield from (styled(f"{sign} {cut(text, room)}", style) for text in texts)


def _shown(pieces: Iterable[str], *, is_html: bool) -> list[str]:
    """Return lines as they are shown; of HTML only the text."""
    if not is_html:
        return [visible(piece.replace(MASK, _MASKED)) for piece in pieces]
    signed = (_SIGNED.sub(lambda tag: _SIGNS[tag[1]], piece) for piece in pieces)
    plain = (unescape(_MARKUP.sub("", piece)) for piece in signed)
    return [visible(text) for text in plain if text.strip()]


def _plain(value: object) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case [*members]:
            return ", ".join(map(_plain, members))
        case {"tag": str(tag)}:
            return tag
        case {"lastName": str(last), "firstName": str(first)}:
            return f"{first} {last}".strip()
        case {"name": str(name)}:
            return name
        case _:
            return json.dumps(value, ensure_ascii=False)


# --- as JSON -------------------------------------------------------------------------------------


def run_data(run: RunSummary, undone: Mapping[int, int]) -> dict[str, Any]:
    """Return a run as it is listed."""
    return {
        "run": run.number,
        **picked(run, "when", "command", "is_finished"),
        **{"stopped": run.stopped or None, "undoes": run.undoes or None},
        **{"undone_by": undone.get(run.number), "counts": dict(run.counts)},
    }


def changes_data(run: Run) -> dict[str, Any]:
    """Return what a run changes, with the values before and after."""
    digests, bibs, configured = _by_end(run)
    data = {
        "objects": list(map(_object_data, run.objects)),
        "collections": list(map(_collection_data, run.collections)),
        "digests": [{"digest": one.key, "passages": _hunks_data(one)} for one in digests],
        "bibliographies": [{"bibliography": one.key, "passages": _hunks_data(one)} for one in bibs],
    }
    passages = [each for one in configured for each in _hunks_data(one)]
    return data | ({"configuration": passages} if passages else {})


def _object_data(change: ObjectChange) -> dict[str, Any]:
    return {
        **picked(change, "key", "kind", "title"),
        "is_new": change.is_created,
        **picked(change, "before", "after"),
        "note": _hunks_data(change),
    }


def _collection_data(change: CollectionChange) -> dict[str, Any]:
    before = {"before": change.before.name if change.before else None}
    after = picked(change.after, after="name", is_trashed="is_trashed")
    return {"key": change.key, "is_new": change.before is None, **before, **after}


def _hunks_data(change: ObjectChange | DigestChange) -> list[dict[str, Any]]:
    return [
        {"line": hunk.at + 1, "before": _text(hunk.before), "after": _text(hunk.after)}
        for hunk in change.hunks
    ]


def _text(pieces: Iterable[str]) -> str:
    # Bytes that are no UTF-8 are kept as surrogates, which JSON must not have.
    text = "".join(pieces).replace(MASK, _MASKED)
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
