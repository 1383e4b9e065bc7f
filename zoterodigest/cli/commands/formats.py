"""The command `formats`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from zoterodigest.cli.base.options import argument, command
from zoterodigest.cli.base.screen import emit, hanging, styled, visible
from zoterodigest.digest.format.format import (
    DigestFormat,
    builtin_formats,
    load_format,
)
from zoterodigest.digest.format.own_files import SUFFIX, format_files


@command("folders")
def formats(folders: Sequence[Path] = argument("FOLDER", ())) -> None:
    """List the formats and what they read.

    A format is a TOML file. Your own format lies beside the digest as NAME.format.toml, and
    zoterodigest tries it first. formats looks for them in FOLDER or in the current folder.
    docs/formats.md shows how to write one.
    """
    emit(_text(folders or [Path()]))


def _text(folders: Sequence[Path]) -> Iterator[str]:
    """Yield the formats that lie in `folders`, then the built-in ones, in the order of detection.

    Raises `BadMapping` where a file is wrong.
    """
    own = format_files(folders)
    for path in own:
        form = load_format(path)
        yield styled(visible(str(path)), "bold")
        yield from _line(form)
        yield ""
    yield styled("built in", "bold")
    for form in builtin_formats():
        yield from _line(form)
    if not own:
        yield ""
        about = f"a file NAME{SUFFIX} beside the digest (docs/formats.md)."
        yield from hanging("Formats of your own: ", about)


def _line(form: DigestFormat) -> list[str]:
    return hanging(f"  {form.name:<20} ", visible(form.about))
