"""Which formats there are for a digest: the built-in ones and those that lie beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from zoterodigest.digest.format.format import Format, builtin_formats, load_format
from zoterodigest.errors import ZoterodigestError

SUFFIX = ".format.toml"
"""How the file of a format of one's own is named: `NAME.format.toml`, beside the digest."""


class UnknownFormat(ZoterodigestError):
    """There is no format called `name`."""

    exit_code = 2

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(
            f"there is no format called {name}",
            f"Formats: {', '.join(known)}; or give the path of a format file, NAME{SUFFIX}.",
        )
        self.name = name


def format_files(folders: Iterable[Path]) -> tuple[Path, ...]:
    """Return the format files that lie in `folders`, by folder, then name; each once."""
    found = (path for folder in folders for path in sorted(folder.glob(f"*{SUFFIX}")))
    return tuple(dict.fromkeys(path for path in found if path.is_file()))


def available_formats(folders: Sequence[Path]) -> tuple[Format, ...]:
    """Return the formats to read a digest by: those in `folders` first, then the built-in ones.

    Within each of the two they are sorted by rank, then name; a format of one's own replaces the
    built-in one of its name. Raises `BadMapping` where one of the files is wrong.
    """
    own = sorted(map(load_format, format_files(folders)), key=lambda one: (one.rank, one.name))
    names = {form.name for form in own}
    return (*own, *(form for form in builtin_formats() if form.name not in names))


def choose_format(wanted: str, folders: Sequence[Path]) -> Format:
    """Return the one format that `wanted` means: a name, or the path of a format file."""
    if wanted.endswith(".toml"):
        return load_format(Path(wanted))
    formats = available_formats(folders)
    for form in formats:
        if form.name == wanted:
            return form
    raise UnknownFormat(wanted, (form.name for form in formats))
