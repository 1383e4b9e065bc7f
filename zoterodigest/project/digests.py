"""Digest files and the formats to read them by."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from zoterodigest.digest.format.own_files import DataKind, data_kind, format_files
from zoterodigest.frozen import dataclass
from zoterodigest.project.files import (
    BadInput,
    SourceFile,
    read_file,
    require_text,
)
from zoterodigest.project.layout import Digest, ProjectFolder
from zoterodigest.project.walks import find_project

if TYPE_CHECKING:
    from zoterodigest.digest.format.format import DigestFormat, NoteRule


def read_digest(path: Path) -> SourceFile:
    """Read the digest at `path`; raises `BadInput` if it cannot be read or is no text.

    An empty file is a digest, and so is one with invalid UTF-8 in places. One that is called JSON
    or YAML must be it.
    """
    file = read_file(path)
    require_digest(path, file.data)
    return file


def require_digest(path: Path, data: bytes) -> None:
    """Raise `BadInput` unless `data` is text, and in the file of its name JSON or YAML."""
    require_text(path, data)
    kind = data_kind(path.name)
    if kind is None:
        return
    # Only who has such a file pays for what reads it.
    from zoterodigest.digest.read.data import data_tree
    from zoterodigest.digest.read.data_tree import BadData

    try:
        data_tree(data, kind)
    except BadData as error:
        raise BadInput(
            path,
            str(error),
            "Correct the file there. Until then none of it is read.",
            position=f":{error.line}:{error.column}",
        ) from error


def holds_nothing(data: bytes) -> bool:
    """Tell whether a file holds at most blanks, line ends and a byte order mark."""
    return not data.strip(b" \t\r\n\xef\xbb\xbf")


@dataclass(frozen=True, slots=True)
class NoteOptions:
    """What the configuration says of the notes of a vault (`NoteRule`)."""

    sections: tuple[str, ...] = ()
    private: tuple[str, ...] = ()
    tags: bool = False


@dataclass(frozen=True, slots=True)
class FormatChoice:
    """Which formats a digest is read by: the `wanted` one, else those in `folders` and built-in.

    A file that holds `data` is read by formats for such data, and no other is. Of notes `note` says
    what of their text is synced.
    """

    folders: tuple[Path, ...]
    wanted: str
    data: DataKind | None = None
    note: NoteOptions = NoteOptions()

    def read(self) -> FormatFiles:
        """Read the person's own format files, each once."""
        named = (Path(self.wanted),) if self.wanted.endswith(".toml") else ()
        files = {path: _bytes(path) for path in (*named, *format_files(self.folders))}
        return FormatFiles(self, files)


@dataclass(frozen=True, slots=True)
class FormatFiles:
    """What a choice of formats follows from besides the engine: what own `files` hold."""

    choice: FormatChoice
    files: Mapping[Path, bytes | None]

    @property
    def key(self) -> bytes:
        """Names and bytes of the files."""
        files = [(path.name, data) for path, data in self.files.items()]
        what = (self.choice.wanted, self.choice.data, self.choice.note, files)
        return repr(what).encode("utf-8", "surrogateescape")

    def formats(self) -> tuple[DigestFormat, ...]:
        """Return the formats in the order in which they are tried."""
        # What is known of a digest is shown without its formats: 0.04 s of imports.
        from zoterodigest.digest.format.format import available_formats, choose_format

        wanted, folders = self.choice.wanted, self.choice.folders
        if wanted:
            return (choose_format(wanted, folders, self.files),)
        found = available_formats(folders, self.files, self.choice.data)
        if self.choice.note == NoteOptions():
            return found
        return tuple(form.model_copy(update={"note": self._note_rule(form)}) for form in found)

    def _note_rule(self, form: DigestFormat) -> NoteRule:
        """Return what of a note is synced: what its format keeps private stays so."""
        asked, known = self.choice.note, form.note
        return known.model_copy(
            update={
                "sections": [*(asked.sections or known.sections)],
                "private": [*known.private, *asked.private],
                "tags": known.tags or asked.tags,
            }
        )


def _bytes(path: Path) -> bytes | None:
    # `formats` gives the reason, and then nothing is read or kept.
    with suppress(OSError, ValueError):
        return path.read_bytes()
    return None


def format_choice(path: Path, wanted: str, known: ProjectFolder | None = None) -> FormatChoice:
    """Return which formats to read the digest at `path` by.

    Those beside it come first, then those of its project's configuration, then the built-in ones.
    With `wanted`, a name or the path of a format file, it is that one only; else the one that the
    configuration names for this digest, if it does. If its project is the `known` one, the
    configuration is not read again.
    """
    config = find_project(path.parent)
    if config is None:
        return FormatChoice((path.parent,), wanted, data_kind(path.name))
    project = known if known and known.config_path == config else ProjectFolder.load(config)
    (digest,) = project.digests([path])
    return choice_in(project, digest, wanted)


def choice_in(project: ProjectFolder, digest: Digest, wanted: str = "") -> FormatChoice:
    """Return which formats to read a digest of `project` by, whose rules are known."""
    folders = (digest.path.parent, *project.format_folders)
    rules = digest.rules
    wanted = wanted or rules.format or ""
    if not rules.is_vault:
        return FormatChoice(folders, wanted, data_kind(digest.path.name))
    note = NoteOptions(rules.sections, rules.private, rules.tags)
    return FormatChoice(folders, wanted, "note", note)


def formats_for(
    path: Path, wanted: str = "", known: ProjectFolder | None = None
) -> tuple[DigestFormat, ...]:
    """Return the formats of `format_choice`, in the order in which they are tried."""
    return format_choice(path, wanted, known).read().formats()
