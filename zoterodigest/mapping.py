"""The tables of `mappings/`: where they are, and how they become validated values."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from zoterodigest.core.values.key_table import KeyTable
from zoterodigest.core.values.venue import Venue, VenueTable
from zoterodigest.errors import ZoterodigestError
from zoterodigest.foreign import read_json
from zoterodigest.regex import lazy_regex

M = TypeVar("M", bound=BaseModel)
Context = Mapping[str, object]

_AT_LINE = lazy_regex(r"\(at line (\d+), column (\d+)\)$")


class BadMapping(ZoterodigestError):
    """A format or table is wrong at `key` (dotted, empty for the whole file) of `path`."""

    exit_code = 11

    def __init__(self, path: Path, key: str, reason: str, *, position: str = "") -> None:
        place = f"{path}{position}" + (f": {key}" if key else "")
        super().__init__(
            f"{place}: {reason}",
            hint="Correct the file; `zoterodigest docs format-reference` explains each key.",
        )
        self.path = path
        self.key = key


@cache
def folder() -> Path:
    """Return the folder of the built-in tables: in the installed package, else in the checkout."""
    package = Path(__file__).parent
    installed = package / "mappings"
    return installed if installed.is_dir() else package.parent / "mappings"


def load(
    path: Path, model: type[M], data: bytes | None = None, *, context: Context | None = None
) -> M:
    """Return the TOML file at `path` as a `model`; raise `BadMapping` if anything in it is wrong.

    The error names the file, the line or the key, and the first reason. `data` are the file's bytes
    if they are known, `context` what the validators of the model ask for.
    """
    is_shipped = folder() in path.parents
    tables = shipped_tables(path) if is_shipped else read_toml(path, data)
    return validate(path, tables, model, context)


# A command reads some tables several times; reading one takes milliseconds.
@cache
def shipped_tables(path: Path) -> dict[str, Any]:
    """Return the tables of a built-in file: it does not change while the program runs.

    The wheel has them as JSON, too (`hatch_build.py`), which takes a twentieth of the time.
    """
    made = path.with_suffix(".json")
    tables: dict[str, Any] = read_json(made.read_bytes()) if made.is_file() else read_toml(path)
    return tables


def read_toml(path: Path, data: bytes | None = None) -> dict[str, Any]:
    """Return the raw tables of the TOML file at `path`; raises `BadMapping`.

    `data` are the file's bytes if they are known.
    """
    try:
        text = (path.read_bytes() if data is None else data).decode("utf-8")
    except OSError as error:
        raise BadMapping(path, "", error.strerror or "it cannot be read") from error
    except UnicodeDecodeError as error:
        raise BadMapping(path, "", f"byte {error.start} is not UTF-8") from error
    except ValueError as error:  # a NUL in the name
        raise BadMapping(path, "", "not a file name") from error
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also a number of thousands of digits
        raise _syntax_error(path, str(error)) from error


def validate(
    path: Path, tables: dict[str, Any], model: type[M], context: Context | None = None
) -> M:
    """Return the tables read from `path` as a `model`; raises `BadMapping`."""
    try:
        return model.model_validate(tables, context=context)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise BadMapping(path, key, reason_in_toml(first)) from error


def reason_in_toml(error: Any) -> str:  # pydantic's ErrorDetails, a TypedDict of pydantic_core
    """Return the reason of an error in a table of TOML, in words of TOML."""
    if reason := _REASONS_IN_TOML.get(error["type"]):
        return reason
    return (
        str(error["msg"]).removeprefix("Value error, ").replace("Input should be", "it should be")
    )


_TEXT, _NUMBER, _TABLE = "a text in quotation marks", "a whole number", "a table, { name = value }"
_REASONS_IN_TOML = {
    "extra_forbidden": "there is no such key",
    "missing": "this key is missing",
    "string_type": f"it should be {_TEXT}",
    "bool_type": "it should be true or false",
    "bool_parsing": "it should be true or false",
    "int_type": f"it should be {_NUMBER}",
    "int_parsing": f"it should be {_NUMBER}",
    "int_from_float": f"it should be {_NUMBER}",
    "dict_type": f"it should be {_TABLE}",
    "model_type": f"it should be {_TABLE}",
    "dataclass_type": f"it should be {_TABLE}",
    "list_type": "it should be a list",
    "tuple_type": "it should be a list",
}


def _syntax_error(path: Path, message: str) -> BadMapping:
    found = _AT_LINE.search(message)
    if found is None:
        return BadMapping(path, "", message)
    line, column = found.groups()
    reason = message[: found.start()].strip()
    return BadMapping(path, "", reason, position=f":{line}:{column}")


def _with_ids(tables: Any) -> Any:
    if not isinstance(tables, dict):
        return tables
    return {key: {**it, "id": key} if isinstance(it, dict) else it for key, it in tables.items()}


class _Venues(BaseModel):
    # Also forbids unknown keys in the tables of the venues: pydantic passes it on to dataclasses.
    model_config = ConfigDict(defer_build=True, extra="forbid")

    unpublished: tuple[str, ...]
    venue: Annotated[dict[str, Venue], BeforeValidator(_with_ids)]


@cache
def venue_table() -> VenueTable:
    """Return the venues of the built-in `venues.toml`."""
    return load_venues(folder() / "venues.toml")


def load_venues(path: Path) -> VenueTable:
    """Return the venues of the TOML file at `path`; raises `BadMapping`."""
    tables = load(path, _Venues)
    return VenueTable.of(tables.venue.values(), unpublished=tables.unpublished)


def is_tool_tag(text: str) -> bool:
    """Tell whether a program gives items this tag: zoterodigest, or one that `zotero.toml` names.

    A template that shows all tags copies such tags into notes.
    """
    return _tool_tags().fullmatch(text) is not None


@cache
def _tool_tags() -> re.Pattern[str]:
    tables = shipped_tables(folder() / "zotero.toml")
    prefixes, others = (
        "|".join(map(re.escape, names)) for names in (tables["tags"].values(), tables["tool_tags"])
    )
    return re.compile(rf"(?:{others})|(?:{prefixes})\S.*", re.IGNORECASE)


class _KeyNames(BaseModel):
    model_config = ConfigDict(defer_build=True, extra="forbid")

    slots: dict[str, list[str]]
    identity: dict[str, list[str]]


@cache
def key_table() -> KeyTable:
    """Return the keys of the built-in `keys.toml`."""
    tables = load(folder() / "keys.toml", _KeyNames)
    return KeyTable.of(tables.slots, tables.identity)
