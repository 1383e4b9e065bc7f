"""Which version a write expects to overwrite, and when the API lets it do so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from zoterodigest.library.rules.rules import is_key


@dataclass(frozen=True, slots=True)
class Failure:
    """One object was not written; `version` is the one it has, where that is the reason.

    `data` names what else the failure is about.
    """

    code: int
    message: str
    version: int | None = None
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claim:
    """What an object says of itself: the key and the version it expects, if it says so."""

    key: str | None
    version: int | None


UNSTATED = (
    "Either If-Unmodified-Since-Version or object version property must be provided for key-based "
    "writes"
)


def editable(value: Any, otherwise: str) -> Mapping[str, Any] | Failure:
    """Return the editable data of an object, which may be sent whole as it was read.

    What is no object fails with the sentence `otherwise`.
    """
    if isinstance(value, Mapping) and isinstance(value.get("data"), Mapping):
        value = value["data"]
    if not isinstance(value, Mapping):
        return Failure(400, otherwise)
    return {str(name): held for name, held in value.items()}


def claim_of(name: str, data: Mapping[str, Any]) -> Claim | Failure:
    """Return key and version that the data of an object called `name` state."""
    key, version = data.get("key"), data.get("version")
    if key is not None and not is_key(key):
        return Failure(400, f"{str(key)[:40]!r} is not a valid {name.lower()} key")
    if isinstance(version, str) and re.fullmatch(r"[0-9]{1,15}", version):
        version = int(version)
    if version is not None and (isinstance(version, bool) or not isinstance(version, int)):
        return Failure(400, "'version' must be an integer")
    if version is not None and key is None:
        return Failure(400, f"'version' is valid only if {name.lower()} key is provided")
    return Claim(key, version)


def expected(
    name: str, claim: Claim, stored: int | None, *, is_library_checked: bool
) -> int | Failure:
    """Return the version that a write of an object in a batch overwrites.

    `stored` is the version the object has, None if there is none; `is_library_checked` says that
    nothing in the library has changed since the client read it.
    """
    if claim.key is None:
        return 0
    if claim.version is None:
        if not is_library_checked:
            return Failure(428, UNSTATED)
        return stored or 0
    return settled(name, claim.version, stored)


def settled(name: str, version: int, stored: int | None) -> int | Failure:
    """Return `version` if it is the one that the object has, 0 if there is no such object."""
    if stored is None:
        missing = f"{name} doesn't exist (expected version {version}; use 0 instead)"
        return Failure(404, missing) if version else 0
    if version != stored:
        stale = f"{name} has been modified since specified version"
        return Failure(412, f"{stale} (expected {version}, found {stored})", stored)
    return version
