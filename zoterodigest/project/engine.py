"""The engine's key: what a reading depends on besides what is read.

It is cheap (a checkout's 400 files take 12 ms, an installed wheel 1 ms) and needs only the standard
library, as a run asks for it before it imports anything else.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import blake2b
from pathlib import Path

from zoterodigest import __version__

SCHEMA = 1
"""Raise it when what the cache or the stamp keeps changes its form, and the code doesn't."""

_PACKAGE = Path(__file__).parents[1]


@cache
def engine_key() -> str:
    """Return the key of the running program."""
    return engine_of(_PACKAGE, sys.path)


def engine_of(package: Path, places: Sequence[str]) -> str:
    """Return the key of the program in the folder `package`, whose libraries are in `places`.

    A file of an installed wheel that somebody edits by hand changes nothing here: its RECORD says
    what was installed.
    """
    known = blake2b(digest_size=16)
    versions = (__version__, str(SCHEMA), sys.version, unicodedata.unidata_version)
    # Names of installed libraries carry their versions: re2's, and those that read LaTeX and HTML.
    for text in (*versions, *sorted(_installed(places))):
        known.update(text.encode("utf-8", "surrogateescape") + b"\0")
    for name, content in _code(package):
        known.update(f"{name}\0{len(content)}\0".encode() + content)
    return known.hexdigest()


def _installed(places: Sequence[str]) -> Iterator[str]:
    for place in dict.fromkeys(places):
        try:
            names = [path.name for path in Path(place or ".").iterdir()]
        except OSError:  # a place that is a file, or is not there
            continue
        yield from (name for name in names if name.endswith((".dist-info", ".egg-info")))


def _code(package: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the RECORD of an installed wheel, which has a hash of each file, else all files."""
    records = sorted(package.parent.glob(f"{package.name}-*.dist-info/RECORD"))
    if records:
        yield from (("RECORD", path.read_bytes()) for path in records)
        return
    for folder, kind in ((package, "*.py"), (package.parent / "mappings", "*.toml")):
        for path in sorted(folder.rglob(kind)):
            yield path.relative_to(package.parent).as_posix(), path.read_bytes()
