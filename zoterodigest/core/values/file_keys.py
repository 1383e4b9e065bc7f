"""Keys of files: what the lock file, the plan and the history call a digest or a bibliography.

A key is the file's path, relative to the project, with `/` on every system. What kind of file it
is of is decided once, where a name comes in (configuration, lock file, history, command line),
and is its type from then on. A key is text all the same: it is sorted, written and found as such.
"""

from __future__ import annotations

import re
from typing import ClassVar, Literal, TypeAlias

from zoterodigest.regex import lazy_regex


class DigestKey(str):
    """The key of a digest."""

    __slots__ = ()
    is_bib: ClassVar[Literal[False]] = False
    is_digest: ClassVar[Literal[True]] = True


class BibKey(str):
    """The key of a bibliography, a .bib."""

    __slots__ = ()
    is_bib: ClassVar[Literal[True]] = True
    is_digest: ClassVar[Literal[False]] = False


class CslKey(str):
    """The key of an export in CSL JSON, which no run reads."""

    __slots__ = ()
    is_bib: ClassVar[Literal[False]] = False
    is_digest: ClassVar[Literal[False]] = False


class ConfigKey(str):
    """The key of the configuration, in which a run may name another library."""

    __slots__ = ()
    is_bib: ClassVar[Literal[False]] = False
    is_digest: ClassVar[Literal[False]] = False


SourceKey: TypeAlias = DigestKey | BibKey
"""The key of a file whose entries are linked with items."""

FileKey: TypeAlias = SourceKey | CslKey | ConfigKey
"""The key of a file that a run may write."""


def source_key(name: str) -> SourceKey:
    """Return the key of the digest or bibliography of this name."""
    return BibKey(name) if names_bib(name) else DigestKey(name)


def file_key(name: str) -> FileKey:
    """Return the key of the file of this name that is no digest in JSON: an export is one."""
    if name.casefold().endswith(".toml"):
        return ConfigKey(name)
    return CslKey(name) if name.casefold().endswith(".json") else source_key(name)


def names_bib(name: str) -> bool:
    """Tell whether a name that was given, or the path of a file, is that of a .bib."""
    return name.casefold().endswith(".bib")


_CONFLICT = lazy_regex(r"\.sync-conflict-\d|\(.*conflicted copy|\(case conflict", re.I)


def is_conflict_copy(name: str) -> bool:
    """Tell whether a cloud made the file of this name, of two that were edited at once."""
    return _CONFLICT.search(name) is not None
