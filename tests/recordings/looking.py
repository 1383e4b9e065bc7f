"""What a run leaves behind, as text: files as diffs, the library as the objects that changed.

Nothing here depends on a random id: what the program sorts by one is sorted by what it says.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from zoterodigest.library.port import Library

STATE = ".zoterodigest/"
_SHOWN_STATE = ("journal.jsonl", "added.json")
_HIDDEN = re.compile(r"\.zoterodigest/(running|\.gitignore|(values|cache)/.*)|.*\.sqlite(-\w+)?")
_UNTOLD = ("dateAdded", "dateModified", "key", "version")
_KEY = re.compile(r"\b[2-9A-NP-Z]{8}\b")
_ID = re.compile(r"zd-[a-z0-9]{10}")

Objects = Mapping[str, Mapping[str, Any]]


def files_in(folder: Path) -> dict[str, str]:
    """Return the text of each file by its path; of the program's own state only some is shown."""
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or _HIDDEN.fullmatch(name):
            continue
        text = path.read_bytes().decode(errors="replace")
        if name.startswith(STATE) and path.name not in _SHOWN_STATE:
            text = ""
        found[name] = in_order(text) if path.name.startswith("zoterodigest.lock") else text
    return found


def in_order(lock: str) -> str:
    """Return a lock file with its paragraphs in an order in which random ids have no part."""
    head, *rest = lock.rstrip("\n").split("\n\n")
    return "\n\n".join([head, *sorted(rest, key=_said)]) + "\n"


def _said(paragraph: str) -> tuple[bool, str, str, str]:
    """Say where a paragraph of the lock file goes: rows by digest and identifiers."""
    lines = {line.partition(" ")[0]: _masked(line) for line in paragraph.split("\n")}
    is_row = paragraph.startswith("zd-")
    digest, identifiers = lines.get("digest", ""), lines.get("identifiers", "")
    return is_row, digest, identifiers, _masked(paragraph)


def _masked(text: str) -> str:
    return _ID.sub("zd-", _KEY.sub("KEY", text))


def objects_in(library: Library) -> dict[str, dict[str, Any]]:
    """Return what the library says of each object, by key."""
    snapshot = library.read()
    found = {one.key: dict(one.data) for one in snapshot.items}
    for one in snapshot.collections:
        data = {"itemType": "collection", "name": one.name, "parentCollection": one.parent}
        found[one.key] = data | ({"deleted": 1} if one.is_trashed else {})
    return found


def kind_of(data: Mapping[str, Any]) -> str:
    """Return four letters for what an object is."""
    kinds = {"note": "NOTE", "attachment": "LINK", "collection": "COLL"}
    return kinds.get(data["itemType"], "ITEM")


def file_changes(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    """Yield what became of files, as unified diffs."""
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if name.startswith(STATE) and not (old or new):
            yield f"{'new' if old is None else 'gone'}: {name}"
            continue
        a = "/dev/null" if old is None else name
        b = "/dev/null" if new is None else name
        yield from difflib.unified_diff(shown_lines(old), shown_lines(new), a, b, n=1, lineterm="")


def shown_lines(text: str | None) -> list[str]:
    """Return the lines of a text; trailing spaces are seen, and a last line without its end."""
    lines = [] if not text else text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    elif lines:
        lines[-1] += "⏎̸"
    return [re.sub(r" +$", lambda spaces: "·" * len(spaces[0]), line) for line in lines]


def object_changes(before: Objects, after: Objects) -> Iterator[str]:
    """Yield what became of objects: `+` is new, `-` erased, `~` changed."""
    both = {**before, **after}
    for key in sorted(both, key=lambda key: _place(key, both)):
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        sign = "+" if old is None else "-" if new is None else "~"
        changes = list(_values(old or {}, new or {}, sign))
        if changes:
            yield f"{sign} {both[key]['itemType']} {key}{_called(both[key])}"
            yield from (f"    {line}" for line in changes)


def _called(data: Mapping[str, Any]) -> str:
    return f" {data['title']}" if data.get("title") else ""


def _place(key: str, objects: Objects) -> tuple[Any, ...]:
    data = objects[key]
    parent = objects.get(str(data.get("parentItem", "")))
    of = data if parent is None else parent
    said = json.dumps(data, sort_keys=True, default=sorted)
    return (
        data["itemType"] != "collection",
        str(of.get("title", "")),
        _masked(json.dumps(of, sort_keys=True)),
        parent is not None,
        _masked(said),
        said if _is_given(key) else "",
    )


def _is_given(key: str) -> bool:
    return key.endswith("222")


def _values(old: Mapping[str, Any], new: Mapping[str, Any], sign: str) -> Iterator[str]:
    for name in sorted({*old, *new} - {*_UNTOLD}):
        a, b = (list(_lines(data.get(name))) for data in (old, new))
        if a == b or (sign == "-"):
            continue
        signs = ("", "") if sign == "+" else ("- ", "+ ")
        if name == "note":
            diff = difflib.unified_diff(a, b, n=0, lineterm="") if old else (f" {x}" for x in b)
            yield "note:"
            yield from (f"  {x}" for x in diff if not x.startswith(("---", "+++", "@@")))
            continue
        yield from (f"{signs[0]}{name}: {value}" for value in a)
        yield from (f"{signs[1]}{name}: {value}" for value in b)


def _lines(value: Any) -> Iterable[str]:
    match value:
        case None | "" | [] | False:
            return ()
        case {} if not value:
            return ()
        case str():
            return value.split("\n")
        case list():
            return (
                sorted((_said_in_short(one) for one in value), key=_masked)
                if _is_set(value)
                else map(_said_in_short, value)
            )
        case _:
            return (json.dumps(value, sort_keys=True, ensure_ascii=False),)


def _is_set(values: list[Any]) -> bool:
    return any(isinstance(one, str) or "tag" in one for one in values)


def _said_in_short(value: Any) -> str:
    match value:
        case str():
            return value
        case {"tag": tag, **rest}:
            return f"{tag} {rest}" if rest else str(tag)
        case {"creatorType": kind, "name": name}:
            return f"{name} ({kind})"
        case {"creatorType": kind, "firstName": first, "lastName": last}:
            return f"{first} {last} ({kind})"
        case _:
            return json.dumps(value, sort_keys=True, ensure_ascii=False)
