"""The runs of `citekeys`: list citation keys, check them, write them into items."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from zoterodigest.cli.base.invocation import Invocation
from zoterodigest.cli.base.network import chosen
from zoterodigest.cli.base.places import open_library
from zoterodigest.cli.base.screen import counted, emit, tell_failure
from zoterodigest.cli.base.talk import busy, progress, require_consent
from zoterodigest.cli.show.citekey_text import (
    check_data,
    check_text,
    list_data,
    list_text,
    new_data,
    new_text,
)
from zoterodigest.cli.show.encoder import emit_json
from zoterodigest.library.records.selection import NotInLibrary
from zoterodigest.project.running import require_idle
from zoterodigest.sync.bibliographies.key_findings import findings_about
from zoterodigest.sync.exports.keying import (
    Keyed,
    Keys,
    NewKey,
    chosen_key,
    lasting_keys,
    read_keys,
    write_keys,
)
from zoterodigest.sync.gathering.workspace import open_workspace

FINE, FAILED = 0, 1


def show_keys(asked: Invocation) -> int:
    """List the citation keys of the library; return the exit code."""
    with keys_of(Path(), asked.address) as keys:
        if asked.as_json:
            emit_json(list_data(keys.items))
        else:
            emit(list_text(keys.items))
    return FINE


def check_keys(asked: Invocation) -> int:
    """Tell what is wrong with the citation keys of the library; return the exit code."""
    with keys_of(Path(), asked.address) as keys:
        findings = findings_about(keys.items, keys.aliases)
        if asked.as_json:
            emit_json(check_data(findings, len(keys.items)))
        else:
            emit(check_text(findings, len(keys.items)))
    return FAILED if any(one.matter.is_wrong for one in findings) else FINE


def set_key(asked: Invocation, item: str, key: str) -> int:
    """Give the item named `item` the citation key `key`; return the exit code."""
    with keys_of(Path(), asked.address, is_writing=not asked.is_dry_run) as keys:
        new = chosen_key(keys, _item_named(keys, item), key)
        return _write(keys, () if new is None else (new,), replace(asked, is_agreed=True))


def set_all(asked: Invocation) -> int:
    """Write the new keys of all items that have none, but the provisional ones."""
    with keys_of(Path(), asked.address, is_writing=not asked.is_dry_run) as keys:
        return _write(keys, lasting_keys(keys), asked)


@contextmanager
def keys_of(start: Path, address: str = "", *, is_writing: bool = False) -> Iterator[Keys]:
    """Give the citation keys of the project of `start`; the library is open as long."""
    library = open_library(address, start)
    opened = open_workspace((), start, chosen=chosen(address))
    if is_writing:
        require_idle(opened.project.state_folder)
    with library:
        with busy("Reading the library"):
            keys = read_keys(replace(opened, library=library))
        yield keys


def _item_named(keys: Keys, name: str) -> str:
    """Return the item with this key or this citation key; raises `NotInLibrary`."""
    found = {one.work.key for one in keys.items}
    if name in found:
        return name
    for one in keys.items:
        if one.key.text == name:
            return one.work.key
    raise NotInLibrary(
        f"the library has no item {name}", "`zoterodigest citekeys list` lists the keys there are."
    )


def _write(keys: Keys, new: tuple[NewKey, ...], asked: Invocation) -> int:
    if not asked.as_json:
        emit(new_text(new) if new else ["There is no citation key to write."])
    keyed = Keyed()
    if not new and not asked.is_dry_run:
        write_keys(keys, new, lambda done, total: None)  # what a killed run left
    elif not asked.is_dry_run:
        question = f"Write {counted(len(new), 'citation key')} into the library?"
        require_consent(question, is_agreed=asked.is_agreed, may_ask=not asked.as_json)
        with progress("Writing", "written") as report:
            keyed = write_keys(keys, new, report)
        if not asked.as_json:
            emit(["", f"Done: {counted(keyed.written, 'citation key')} written."])
    if asked.as_json:
        emit_json({"written": keyed.written, "citekeys": new_data(new)})
    for failure in keyed.failures:
        tell_failure(failure.title, failure.reason)
    return FAILED if keyed.failures else FINE
