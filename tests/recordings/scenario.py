"""What a scenario is: files, what happens before the recording begins, and what is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from tests.lookup.site import Responder

EMBEDDED = ".zoterodigest/library.sqlite"


class Where(Enum):
    """Which library the files mean by `{library}`."""

    EMBEDDED = "embedded"
    WEB = "web"
    DESKTOP = "desktop"


@dataclass(frozen=True, slots=True)
class Run:
    """Run the program. `{id}` is the first ID that the last run listed, `{id:2}` the second.

    `{key:TITLE}` is the key of the live item with this title, `{row:TITLE}` that of its entry.
    """

    command: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Somebody replaces a text, which the file holds once."""

    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Write:
    """Somebody writes a file."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class InZotero:
    """Somebody edits the live item with this title in the library."""

    title: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class InNote:
    """Somebody edits the note of the item with this title."""

    title: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class NewItem:
    """Somebody adds an item to the library, by hand."""

    key: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """Somebody does this just before the next write reaches the server of the library."""

    edit: InZotero


@dataclass(frozen=True, slots=True)
class WriteProtected:
    """From now on the system lets nobody replace this file."""

    path: str


@dataclass(frozen=True, slots=True)
class Writable:
    """From now on the system lets everybody replace every file."""


Step = Run | Edit | Write | InZotero | InNote | NewItem | Meanwhile | WriteProtected | Writable


@dataclass(frozen=True, slots=True)
class Scenario:
    """One story: its recording is `golden/NAME.txt`.

    Only `steps` are recorded, not `given`. In `files`, `{library}` stands for the address of the
    library `where`, and `{site}` for that of lookup services, for which `services` answers; without
    it nothing is looked up. `libraries` are the embedded libraries to look into. `environment`
    holds variables.
    """

    name: str
    about: str
    files: Mapping[str, str]
    steps: tuple[Step, ...]
    given: tuple[Step, ...] = ()
    where: Where = Where.EMBEDDED
    services: Responder | None = None
    libraries: tuple[str, ...] = (EMBEDDED,)
    environment: Mapping[str, str] = field(default_factory=dict)
