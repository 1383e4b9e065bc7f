"""The one encoder of `--json`: how values of the core are said, and how all is printed.

docs/json.md lists the fields that each command prints. Scripts rely on their names.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import fields, is_dataclass
from enum import Enum
from io import TextIOWrapper
from typing import Any

from zoterodigest.cli.base.options import Invocation
from zoterodigest.cli.base.screen import OBEYED_FORMAT, emit
from zoterodigest.core.links.link import LockRow
from zoterodigest.core.values.identity import Identifier
from zoterodigest.core.values.record import Blocks, Empty, Entry, Item, Members, WebLinks
from zoterodigest.regex import lazy_regex

JsonData = Mapping[str, Any] | Sequence[Any]
_OBEYED = lazy_regex(f"[\\x7f-\\x9f{OBEYED_FORMAT}]")


def emit_json(value: JsonData) -> None:
    """Write `value` to standard output as JSON in UTF-8, whatever the locale."""
    # JSON is UTF-8 (RFC 8259), also in a console with a code page.
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    emit(_parts(value))


def emit_result(asked: Invocation, text: Iterable[str], data: JsonData) -> None:
    """Write what a command found: `text` for people, or `data` with --json."""
    if asked.as_json:
        emit_json(data)
    else:
        emit(text)


def json_text(value: JsonData) -> str:
    """Return `value` as JSON in plain Unicode, each member of its lists on a line of its own.

    `plain` converts values of the core, dataclasses and sets anywhere in it. Control characters
    are escaped the JSON way, so that a reader gets them back unchanged.
    """
    return "\n".join(_parts(value))


# In parts, as each copy of a text of 8 MB takes 3 ms: a tenth of `inspect` over a known digest.
def _parts(value: JsonData) -> Iterator[str]:
    """Yield JSON in parts that are whole lines."""
    if not isinstance(value, Mapping):
        yield from _parts_of("", value, "")
        return
    yield "{"
    for number, (name, member) in enumerate(value.items(), 1):
        yield from _parts_of(f"{json_line(name)}: ", member, "," if number < len(value) else "")
    yield "}"


class Encoded(str):
    """The members of a list that are JSON already, each on a line of its own."""

    __slots__ = ()


def _parts_of(start: str, value: Any, end: str) -> Iterator[str]:
    if isinstance(value, Encoded):
        members: str = value
    elif isinstance(value, Sequence) and not isinstance(value, str):
        # One member a line, so that `diff` and `grep` work on the output.
        members = ",\n".join(map(json_line, value))
    else:
        yield f"{start}{json_line(value)}{end}"
        return
    yield from (f"{start}[", members, f"]{end}") if members else (f"{start}[]{end}",)


def json_line(value: Any) -> str:
    """Return a value as JSON on one line."""
    text = _ENCODER.encode(value)
    # Nearly all lines have no other signs: to look through 10,000 entries took 26 ms.
    if text.isascii() and "\x7f" not in text:
        return text
    return _OBEYED.sub(lambda found: json.dumps(found[0])[1:-1], text)


def with_kind(value: object) -> dict[str, Any]:
    """Return an action or report with its `kind`."""
    return {"kind": json_kind(type(value).__name__), **json_value(value)}


def json_kind(name: str) -> str:
    """Return what JSON calls the actions or reports of a class: `create-item`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


def json_value(value: object) -> Any:
    """Return a value of the core as JSON can hold it."""
    match value:
        case Empty():
            return None
        case Identifier():
            return str(value)
        case Members(members) | Blocks(members) | WebLinks(members):
            return json_value(members)
        # Bases and origin are the lock file's own: scripts must not rely on them.
        case LockRow():
            return picked(value, "id", "digest", "item", "note", "identifiers", "state")
        case Entry():
            title = {"title": json_value(value.fields.get("title"))}
            place = picked(value.place, "start_line", "end_line")
            return picked(value, "digest") | place | title | picked(value, "identifiers")
        case Item():
            return {"key": value.key, "title": json_value(value.fields.get("title"))}
        case Enum():
            return value.value
        case Mapping():
            return {str(name): json_value(one) for name, one in value.items()}
        # A set has no order, and output must be the same in every run.
        case Set():
            return sorted(map(json_value, value))
        case tuple() | list():
            return [json_value(one) for one in value]
        case _ if is_dataclass(value):
            return picked(value)
        case _:
            return value


def picked(value: Any, *names: str, **called: str) -> dict[str, Any]:
    """Return these members of a value, or all of them, as JSON can hold them.

    `called` are members that have another name in JSON: `citekey="key"` has `value.key`.
    """
    if not (names or called):
        # What values don't differ by is no part of them.
        names = tuple(one.name for one in fields(value) if one.compare)
    # The public names are data: renaming a member in code must not rename it for scripts.
    members = {**dict(zip(names, names, strict=True)), **called}
    return {name: json_value(getattr(value, member)) for name, member in members.items()}


_ENCODER = json.JSONEncoder(ensure_ascii=False, default=json_value)
