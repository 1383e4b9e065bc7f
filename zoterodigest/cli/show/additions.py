"""Papers that were added to digests: the new entries, and why others were not added."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from zoterodigest.cli.base.screen import (
    cut,
    enumerated,
    styled,
    tell_error,
    tell_failure,
    visible,
    visible_lines,
    width,
    wrapped,
)
from zoterodigest.cli.show.encoder import picked
from zoterodigest.cli.show.report_names import field_name
from zoterodigest.core.values.record import CITEKEY
from zoterodigest.sync.new_papers.adding import Doubled
from zoterodigest.sync.new_papers.asking_for import NotAdded
from zoterodigest.sync.new_papers.inserting import Addition, Came
from zoterodigest.sync.new_papers.papers import unshown
from zoterodigest.sync.new_papers.standing_works import Standing, Stands


def added_text(addition: Addition) -> Iterator[str]:
    """Yield the new entries as the digest shows them."""
    for came in addition.came:
        heading = came.entry.headings[-1:]
        below = f"  below “{visible(heading[0])}”" if heading else ""
        yield f"{visible(addition.digest.key)}:{came.entry.first + 1}{below}"
        for line in visible_lines(_text(addition, came)):
            yield styled(cut(f"  + {line}", width()), "green")
        for remark in came.paper.remarks:
            yield f"  note: {visible(remark)}"


def unshown_text(addition: Addition, *, is_pushed: bool) -> Iterator[str]:
    """Yield which known values the digest can't show, and what happens to them."""
    found = [one.found for one in addition.pending]
    named = dict.fromkeys(name for one in found for name in (*one.fields, *one.details))
    said = [_said(came) for came in addition.came]
    names = [name for name in named if not all(name in one for one in said)]
    if not names:
        return
    called = ("citation key" if name == "citekey" else field_name(name) for name in names)
    listed = enumerated([*called])
    digest = visible(addition.digest.key)
    goes = "With the next sync, the library gets the rest"
    if not is_pushed:
        goes = "zoterodigest.toml keeps it from the library (push), so this is dropped"
    yield from wrapped(f"{digest} cannot show all that is known. {goes}: {listed}.", 0)


def _said(came: Came) -> frozenset[str]:
    """Return what a new entry says beside its fields: a note names its citation key."""
    return frozenset({CITEKEY} if came.entry.keys.citation else ())


def _text(addition: Addition, came: Came) -> str:
    span = came.entry.span
    return addition.digest.document.source[span.start : span.end].decode("utf-8", "replace")


def tell_not_added(doubled: Iterable[Doubled], failed: Iterable[NotAdded]) -> None:
    """Report the papers that were not added, each with the reason."""
    for one in doubled:
        hint = "Pass --allow-duplicate to add it anyway." if one.where is not None else ""
        tell_error(f"{visible(one.paper.name)}: {standing_text(one.where)}", hint)
    for each in failed:
        tell_failure(each.name, each.reason)


def standing_text(where: Standing | None) -> str:
    """Return where a paper is already, in words."""
    if where is None:
        return "asked for twice"
    if isinstance(where, Stands):
        how = "in text that zoterodigest can't read, in" if where.is_text else "already at"
        return f"is {how} {where.where}"
    was = "was linked from" if where.is_ended else "is linked already from"
    return f"{was} {where.digest}"


def added_data(addition: Addition) -> list[dict[str, Any]]:
    """Return the new entries of a digest."""
    return [
        {
            **picked(came.paper, asked="name", title="title"),
            "identifiers": list(map(str, sorted(came.paper.identifiers))),
            "digest": addition.digest.key,
            "line": came.entry.first + 1,
            **picked(came.entry, "headings"),
            "text": _text(addition, came),
            **picked(came.paper, "remarks"),
            "unshown": sorted(unshown(came.paper, came.entry.reading.fields).keys() - _said(came)),
            "details": sorted(came.paper.details),
        }
        for came in addition.came
    ]


def not_added_data(doubled: Iterable[Doubled], failed: Iterable[NotAdded]) -> dict[str, Any]:
    """Return the papers that were not added."""
    return {
        "duplicates": [
            {"asked": one.paper.name, "title": one.paper.title, "reason": standing_text(one.where)}
            for one in doubled
        ],
        "failed": [picked(one, asked="name", reason="reason") for one in failed],
    }
