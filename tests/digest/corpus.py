"""The digests that the format engine's tests read: our examples, and the shared ones if present.

`RELATIVES` holds the slots that no example has.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from zoterodigest.core.values.record import Fields
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.digest.format.format import (
    DigestFormat,
    builtin_formats,
    data_formats,
    load_format,
)
from zoterodigest.digest.format.own_files import data_kind
from zoterodigest.digest.read.detect import read_document
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.write.edit_check import Reader
from zoterodigest.digest.write.rearrange import rearrange
from zoterodigest.digest.write.steps import NewEntry
from zoterodigest.mapping import venue_table

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.md"))
RELATIVES = Path(__file__).parent / "relatives.md"
SHARED = ROOT.parent / "shared" / "digests"
SHARED_DIGESTS = sorted(path for path in SHARED.glob("*.md") if path.stem[0].islower())


@cache
def formats() -> tuple[DigestFormat, ...]:
    """The tutorial's format and the built-in ones."""
    return (load_format(ROOT / "examples" / "bold-titles.format.toml"), *builtin_formats())


def read_alone(name: str) -> Reader:
    """Return a reader by one format, which no example has: a file beside this one."""
    form = load_format(Path(__file__).parent / f"{name}.format.toml")
    return lambda source: read_document("digest.md", source, (form,), venues())


@cache
def venues() -> VenueTable:
    """The shipped table of venues."""
    return venue_table()


def read(source: bytes, name: str = "digest.md") -> Document:
    """Read bytes as a digest by all formats; what was just read is remembered."""
    return _read(source, name)


@lru_cache(maxsize=64)
def _read(source: bytes, name: str) -> Document:
    return read_anew(source, name)


def read_anew(source: bytes, name: str = "digest.md") -> Document:
    """Read bytes as a digest by all formats of its kind, whatever was read before."""
    kind = data_kind(name)
    forms = (data_formats()[kind],) if kind else formats()
    return read_document(name, source, forms, venues())


@cache
def document(path: Path) -> Document:
    """Read a digest file once."""
    return read(path.read_bytes(), path.name)


def new_lines(source: str, fields: Fields) -> str:
    """The lines of a new entry in a list."""
    outcome = rearrange(read(source.encode()), [NewEntry("new", (), fields)], read)
    assert outcome.refusals == ()
    span = outcome.document.entries[outcome.origins.index("new")].span
    return outcome.source[span.start : span.end].decode()
