"""A person's own programs: an editor for one value, or a merge tool for both sides."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from zoterodigest.cli.base.programs import editor, run_program
from zoterodigest.cli.show.report_names import field_name, value_text
from zoterodigest.cli.show.written_values import (
    HEAD,
    MANNER,
    NotTaken,
    read_written,
    require_no_markers,
    with_markers,
    without_head,
    written,
)
from zoterodigest.core.plan.run_options import End
from zoterodigest.core.values.record import FieldKind, Value, kind_of
from zoterodigest.sync.run.conflicts import OpenField

_ZOTERO, _BASE, _MERGED = End.ZOTERO.value, "base", "merged"


def edited(field: OpenField, title: str) -> Value:
    """Return what the person wrote for `field` in $VISUAL or $EDITOR; `title` is its entry's.

    Raises `NotTaken` if the editor fails, or leaves the text as it was or with markers in it.
    """
    text = f"{_head(field, title)}{_merged(field)}"
    with _files(field, {"value": text}) as paths:
        _run([*editor(), str(paths["value"])])
        return _taken(field, paths["value"], text)


def merged(field: OpenField, tool: Sequence[str]) -> Value:
    """Return what `tool` made of both ends of `field`.

    `{markdown}` (or `{bib}`: either is the entry's), `{zotero}`, `{base}` and `{merged}` in its
    arguments are files; without any of them the entry's and the item's follow. What counts is
    `{merged}` if it is named, else the entry's. Raises `NotTaken` if the tool fails, or leaves that
    file as it was or with markers in it.
    """
    texts = {
        field.end.value: _lined(written(field.at_entry)),
        _ZOTERO: _lined(written(field.at_item)),
        _BASE: _lined("" if field.base is None else written(field.base)),
        _MERGED: _merged(field),
    }
    result = _MERGED if any("{merged}" in part for part in tool) else field.end.value
    with _files(field, texts) as paths:
        _run(_filled(tool, paths, field.end))
        return _taken(field, paths[result], texts[result])


def _head(field: OpenField, title: str) -> str:
    lines = [f"{field_name(field.name)} of “{title}”: write the value for both sides."]
    if field.base is not None:
        lines.append(f"Both sides last had: {value_text(field.base) or '(empty)'}")
    lines.append(f"{MANNER[kind_of(field.name)]} zoterodigest removes these lines.")
    return "".join(f"{HEAD}{line}\n" for line in lines)


def _merged(field: OpenField) -> str:
    return with_markers(written(field.at_entry), written(field.at_item), field.end)


def _lined(text: str) -> str:
    return f"{text}\n" if text else ""


def _taken(field: OpenField, path: Path, before: str) -> Value:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NotTaken(f"what was saved can't be read ({error})") from error
    # An editor that was closed without a change decides nothing.
    if text == before:
        raise NotTaken("the text did not change: nothing was decided")
    text = without_head(text)
    require_no_markers(text, written(field.at_entry), written(field.at_item), field.end)
    return read_written(field.name, text)


def _filled(tool: Sequence[str], paths: Mapping[str, Path], entry: End) -> list[str]:
    """Return the command with the files in it; `entry` names the file of the entry."""
    named = {**paths, End.MARKDOWN.value: paths[entry.value], End.BIB.value: paths[entry.value]}
    # In one pass: a path may have braces itself.
    filled = [re.sub(r"\{(\w+)\}", lambda it: str(named.get(it[1], it[0])), part) for part in tool]
    if filled == list(tool):
        filled += [str(paths[entry.value]), str(paths[_ZOTERO])]
    return filled


def _run(command: Sequence[str]) -> None:
    """Run a program of the person's at the terminal, after saying which."""
    ended = run_program(
        command, "Set $EDITOR, or merge_tool in zoterodigest.toml, to one that is installed."
    )
    if ended:
        raise NotTaken(f"{command[0]} ended with {ended}: nothing was decided")


@contextmanager
def _files(field: OpenField, texts: Mapping[str, str]) -> Iterator[Mapping[str, Path]]:
    """Write `texts` to files that nobody else may read, and remove them afterwards."""
    is_markdown = kind_of(field.name) is FieldKind.BLOCKS or field.name == "abstract"
    with TemporaryDirectory(prefix="zoterodigest-") as folder:
        paths = {name: Path(folder, f"{name}{'.md' if is_markdown else '.txt'}") for name in texts}
        for name, path in paths.items():
            # For this user alone: the value may be of a private note.
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w",
                           encoding="utf-8", errors="replace", newline="") as stream:  # fmt: skip
                stream.write(texts[name])
        yield paths
