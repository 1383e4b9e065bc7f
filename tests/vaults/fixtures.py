"""Small vaults as people and integrations write them, and the truth about each of their files.

README.md beside this module says what every value means.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass

FIXTURES = Path(__file__).parent / "fixtures"
HALVES = ("open", "sealed")

Why: TypeAlias = Literal[
    "template",
    "machine",
    "daily",
    "map",
    "author",
    "conflict",
    "several papers",
    "no evidence",
    "evicted",
    "invalid",
]
What: TypeAlias = Literal[
    "title",
    "abstract",
    "citation",
    "metadata",
    "marker",
    "fence",
    "embed",
    "annotations",
    "import date",
    "machine lines",
    "heading",
    "imported note",
]
Value: TypeAlias = str | tuple[str, ...] | None
Lines: TypeAlias = tuple[int, int]

_CLOSED = ConfigDict(extra="forbid")
_CANARY = re.compile(r"CANARY-[a-z]+-\d+")


@dataclass(frozen=True, slots=True, config=_CLOSED)
class TruthItem:
    """An item that the library holds."""

    key: str
    citation_key: str
    title: str
    authors: tuple[str, ...]
    year: str
    doi: str | None
    arxiv: str | None
    attachments: tuple[str, ...]


@dataclass(frozen=True, slots=True, config=_CLOSED)
class TruthLibrary:
    """The library that the vault is kept against: of a user or of a group."""

    user: int | None
    group: int | None
    items: tuple[TruthItem, ...]


@dataclass(frozen=True, slots=True, config=_CLOSED)
class NamedKey:
    """A key of Zotero, and the group that the file names with it."""

    key: str
    group: int | None


@dataclass(frozen=True, slots=True, config=_CLOSED)
class TruthIdentity:
    """What the file says about which paper it is about."""

    item_key: NamedKey | None = None
    attachment_key: NamedKey | None = None
    citation_key: str | None = None
    arxiv: str | None = None
    doi: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True, config=_CLOSED)
class TruthFields:
    """The record's fields as a person understands them; None if the file does not say them."""

    title: str | None = None
    authors: tuple[str, ...] | None = None
    year: str | None = None
    date: str | None = None
    venue: str | None = None
    doi: str | None = None
    arxiv: str | None = None
    url: str | None = None
    tags: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, config=_CLOSED)
class GeneratedPart:
    """Lines that repeat the item or serve a tool; they stay in the file."""

    what: What
    lines: Lines


@dataclass(frozen=True, slots=True, config=_CLOSED)
class ForeignPart:
    """Lines of a region that another tool manages."""

    tool: str
    lines: Lines


@dataclass(frozen=True, slots=True, config=_CLOSED)
class TruthAnnotation:
    """An annotation block: its key, the attachment if the block names it, whose form it has."""

    key: str
    form: str
    attachment: str | None


@dataclass(frozen=True, slots=True, config=_CLOSED)
class EntryTruth:
    """The truth about a file that is a note about one paper."""

    entry: Literal[True]
    item: str | None
    identity: TruthIdentity
    fields: TruthFields
    owns_fields: bool | None
    head: int
    note: tuple[str, ...]
    generated: tuple[GeneratedPart, ...]
    foreign: tuple[ForeignPart, ...]
    private: tuple[str, ...]
    annotations: tuple[TruthAnnotation, ...]
    read_only: bool | None
    stale_key: bool
    stale_markers: tuple[str, ...]
    accept: Mapping[str, tuple[Value, ...]] | None = None
    place: str | None = None

    def accepts(self, name: str, value: Value) -> bool:
        """Return whether `value` is right for `fields.NAME` or for `identity.NAME`.

        Front matter that is no YAML need not be read but for identity and title.
        """
        part, _, name_in_part = name.partition(".")
        if self.read_only and value is None and part == "fields" and name_in_part != "title":
            return True
        said: Value = getattr(self.fields if part == "fields" else self.identity, name_in_part)
        return value == said or value in (self.accept or {}).get(name, ())


@dataclass(frozen=True, slots=True, config=_CLOSED)
class NoEntryTruth:
    """The truth about a file that is no note about one paper."""

    entry: Literal[False]
    why: Why
    private: tuple[str, ...] = ()
    evicted: bool = False
    place: str | None = None


Truth: TypeAlias = EntryTruth | NoEntryTruth


@dataclass(frozen=True, config=_CLOSED)
class Vault:
    """One fixture: a folder of files, and the truth about them by their paths in it."""

    tool: str
    about: str
    library: TruthLibrary
    private_headings: tuple[str, ...]
    files: Mapping[str, Truth]
    name: str = ""

    @property
    def folder(self) -> Path:
        return FIXTURES / self.name

    @cached_property
    def entries(self) -> dict[str, EntryTruth]:
        """The files that are entries, by their paths in the fixture."""
        return {name: it for name, it in self.files.items() if isinstance(it, EntryTruth)}

    def placed(self, name: str) -> str:
        """Return the path that the file `name` has in a vault that `lay_out()` made."""
        return self.files[name].place or name

    def data(self, name: str) -> bytes:
        """Return the bytes of the file `name`."""
        return (self.folder / name).read_bytes()

    def text(self, name: str) -> str:
        """Return the text of the file `name`: no byte order mark, every line ends with a newline.

        Bytes that are no UTF-8 become replacement characters.
        """
        text = self.data(name).decode("utf-8-sig", errors="replace")
        return text.replace("\r\n", "\n")

    def lay_out(self, target: Path) -> None:
        """Write the vault into the folder `target`, each file at its place.

        An evicted file has its size and no data: it is all zeros, in no block of the disk.
        """
        for name, truth in self.files.items():
            path = target / self.placed(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            data = self.data(name)
            if isinstance(truth, NoEntryTruth) and truth.evicted:
                with path.open("wb") as file:
                    file.truncate(len(data))
            else:
                path.write_bytes(data)


def canaries(text: str) -> list[str]:
    """Return the canary strings in `text`, which may go nowhere, in order."""
    return _CANARY.findall(text)


_VAULT: TypeAdapter[Vault] = TypeAdapter(Vault)


def names(half: str) -> list[str]:
    """Return the names of the fixtures of one half, such as `open/foam`."""
    truths = sorted((FIXTURES / half).glob("*.truth.json"))
    return [f"{half}/{path.name.removesuffix('.truth.json')}" for path in truths]


def load(name: str) -> Vault:
    """Return the fixture `name`; raise pydantic's ValidationError if its truth is malformed."""
    data = (FIXTURES / f"{name}.truth.json").read_bytes()
    read = _VAULT.validate_json(data)
    return Vault(read.tool, read.about, read.library, read.private_headings, read.files, name)
