"""The commands `citekeys list`, `check` and `set`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from zoterodigest.bibtex.keys import KeySource
from zoterodigest.cli.base.completion import items_like
from zoterodigest.cli.base.options import FAILED, FINE, Invocation, argument, command, flag, group
from zoterodigest.cli.base.projects import open_existing
from zoterodigest.cli.base.screen import (
    counted,
    first_of,
    hanging,
    styled,
    tell_failure,
    uncut_in_a_pipe,
    visible,
)
from zoterodigest.cli.base.tables import Column, table
from zoterodigest.cli.base.talk import busy, emit_long, emit_unless_json, progress, require_consent
from zoterodigest.cli.show.encoder import emit_json, emit_result, picked
from zoterodigest.library.records.works import Reference
from zoterodigest.project.running import require_idle
from zoterodigest.sync.apply.changes import NOTHING_FAILED
from zoterodigest.sync.bibliographies.key_findings import KeyFinding, Matter, findings_about
from zoterodigest.sync.exports.keying import (
    CitationKeys,
    NewKey,
    chosen_key,
    lasting_keys,
    read_keys,
    write_keys,
)
from zoterodigest.sync.items.finding import item_meant


@command(
    "address as_json", name="list", epilog="Next: `zoterodigest citekeys check` finds problems."
)
def list_keys(asked: Invocation) -> int:
    """List the citation key of each item, and its source.

    \b
    item         the item's field in Zotero; every export uses it
    extra        a line `Citation Key: ...` in its Extra
    bib          a .bib of this project
    new          made by the formula, not written yet
    provisional  made by the formula, but author or year are missing

    \b
    Examples:
      zoterodigest citekeys list
      zoterodigest citekeys list --json
    """
    with project_citation_keys(Path(), asked.address) as keys:
        listed = sorted(keys.items, key=lambda one: (one.key.text.casefold(), one.key.text))
        data = {"citekeys": [_named_data(one) for one in listed]}
        with uncut_in_a_pipe():
            if asked.as_json:
                emit_json(data)
            else:
                emit_long(_list_text(listed))
    return FINE


@command("address as_json")
def check(asked: Invocation) -> int:
    """Find problems with citation keys.

    These are problems: two items have the same key (even if only the case differs), a key has
    characters that no .bib can hold, or an item's field and its Extra have different keys. check
    also reports provisional keys, and papers that have another key in a .bib of this project. That
    key stays.

    \b
    Examples:
      zoterodigest citekeys check

    The exit code is 1 if there is a problem.
    """
    with project_citation_keys(Path(), asked.address) as keys:
        findings, checked = findings_about(keys.items, keys.aliases), len(keys.items)
    found = [
        {"kind": one.matter, "is_wrong": one.matter.is_wrong}
        | picked(one, citekey="key", item="item", title="title", reason="text")
        for one in findings
    ]
    data = {"checked": checked, "findings": found}
    emit_result(asked, _check_text(findings, checked), data)
    return FAILED if any(one.matter.is_wrong for one in findings) else FINE


@command(
    "item key is_all is_dry_run is_agreed address as_json",
    name="set",
    epilog="Next: `zoterodigest undo` undoes it.",
)
def write(
    asked: Invocation,
    item: str = argument(
        "ITEM",
        "",
        help="An item, by its key, citation key or words of its title.",
        autocompletion=items_like,
    ),
    key: str = argument("KEY", "", help="Its new citation key."),
    is_all: bool = flag("--all", "Write the new keys of all items without one."),
) -> int:
    """Write a citation key into an item, or the new keys into all.

    set refuses a key that another item has, and a key with characters that no .bib can hold. With
    --all, every item without a key gets the one that `citekeys list` shows, unless it is
    provisional.

    \b
    Examples:
      zoterodigest citekeys set U7GSK22K vaswani2017
      zoterodigest citekeys set --all --dry-run
    """
    if is_all == bool(item) or bool(item) != bool(key):
        raise typer.BadParameter("give an item and its new key, or --all")
    # A person who names item and key has agreed already.
    asked = replace(asked, is_agreed=asked.is_agreed or not is_all)
    with project_citation_keys(Path(), asked.address, is_writing=not asked.is_dry_run) as keys:
        if is_all:
            return _write(keys, lasting_keys(keys), asked)
        held = tuple(keys.gathered.contents.by_key.values())
        new = chosen_key(keys, item_meant(held, item, lambda: keys.item_of).key, key)
        return _write(keys, () if new is None else (new,), asked)


citekeys = group("List, check and set the citation keys of the library.", list_keys, check, write)


@contextmanager
def project_citation_keys(
    start: Path, address: str = "", *, is_writing: bool = False
) -> Iterator[CitationKeys]:
    """Give the citation keys of a project; its library is open while the block lasts."""
    workspace = open_existing(address, start)
    if is_writing:
        require_idle(workspace.project.state_folder)
    with workspace.library:
        with busy("Reading the library"):
            keys = read_keys(workspace)
        yield keys


def _write(keys: CitationKeys, new: tuple[NewKey, ...], asked: Invocation) -> int:
    emit_unless_json(asked, _new_text(new) if new else ["There is no citation key to write."])
    results = NOTHING_FAILED
    if not new and not asked.is_dry_run:
        write_keys(keys, new, lambda done, total: None)  # what a killed run left
    elif not asked.is_dry_run:
        question = f"Write {counted(len(new), 'citation key')} into the library?"
        require_consent(question, asked)
        with progress("Writing", "written") as report:
            results = write_keys(keys, new, report)
        written = counted(len(results.versions), "citation key")
        emit_unless_json(asked, ["", f"Done: {written} written."])
    if asked.as_json:
        keys_data = [picked(one, citekey="key", item="item", title="title") for one in new]
        emit_json({"written": len(results.versions), "citekeys": keys_data})
    titles = {one.item: one.title or one.item for one in new}
    for key, reason in sorted(results.failed.items()):
        tell_failure(titles[key], str(reason))
    return FAILED if results.failed else FINE


_SOURCES = {
    KeySource.NATIVE: "item",
    KeySource.EXTRA: "extra",
    KeySource.FIXED: "file",
    KeySource.NEW: "new",
}
"""Where a key comes from: the item's own field, its Extra, a .bib or a note of the project, the
formula.
"""

_KEY = Column("citation key", 32, is_whole=True)
_ITEM = Column("item", is_whole=True)
_PROVISIONAL = "provisional"
_MOST = 20
_HEADINGS = {
    Matter.DOUBLED: "Doubled: a bibliography can hold only one of them",
    Matter.UNSAFE: "Not possible in a .bib",
    Matter.EXTRA: "Two keys in one item",
    Matter.PROVISIONAL: "Provisional: written once author and year are known",
    Matter.ALIAS: "Another key in a .bib, which stays that file's own",
}


def _list_text(items: Sequence[Reference]) -> Iterator[str]:
    """Yield a table of citation keys and how many there are of each kind."""
    columns = (_KEY, Column("from", 11), _ITEM, Column("title"))
    shown = ((one.key.text, _source(one), one.work.key, one.work.fact("title")) for one in items)
    if rows := [tuple(map(visible, row)) for row in shown]:
        yield from table(columns, rows, indent=0)
        yield ""
    counts = Counter(map(_source, items))
    names = (*_SOURCES.values(), _PROVISIONAL)
    kinds = (f"{counts[name]:,} {name}" for name in names if counts[name])
    listed = f" ({', '.join(kinds)})" if counts else ""
    yield f"{counted(len(items), 'citation key')}{listed}"
    if lasting := sum(one.is_lasting for one in items):
        them = "it" if lasting == 1 else "them"
        written = f"`zoterodigest citekeys set --all` writes {them} into the library."
        yield from hanging(f"{lasting:,} not written yet: ", written)


def _source(one: Reference) -> str:
    return _PROVISIONAL if one.key.is_provisional else _SOURCES[one.key.source]


def _named_data(one: Reference) -> dict[str, Any]:
    stated = {"stated": one.key.stated} if one.key.stated else {}
    key = {"citekey": one.key.text, "from": _SOURCES[one.key.source]}
    item = {"item": one.work.key, "title": one.work.fact("title")}
    return {**key, **picked(one.key, "is_provisional"), **item, **stated}


def _check_text(findings: Sequence[KeyFinding], checked: int) -> Iterator[str]:
    """Yield what was found, by matter, then the counts."""
    for matter, heading in _HEADINGS.items():
        found = [one for one in findings if one.matter is matter]
        if found:
            yield styled(heading, "bold")
            for one in found:
                title = f" ({visible(one.title)})" if one.title else ""
                line = f"{visible(one.key)}{title} {visible(one.text)}"
                yield from hanging(f"  {visible(one.item)}  ", line)
            yield ""
    wrong = sum(one.matter.is_wrong for one in findings)
    yield f"{counted(checked, 'citation key')}, {wrong:,} wrong"


def _new_text(new: Sequence[NewKey]) -> Iterator[str]:
    """Yield the keys to write, only the first ones if there are many."""
    columns = (_KEY, _ITEM, Column("title"))
    rows = [tuple(map(visible, (one.key, one.item, one.title))) for one in new]
    yield styled(f"{counted(len(new), 'citation key')} to write", "bold")
    heading, *lines = table(columns, rows[:_MOST])
    yield heading
    yield from first_of([*lines, *map(str, rows[_MOST:])], _MOST, indent=2)
