"""`formats`: the formats there are, and what each reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from zoterodigest.cli.base.screen import hanging, styled, visible
from zoterodigest.digest.format.format import Format, builtin_formats, load_format
from zoterodigest.digest.format.formats import SUFFIX, format_files


def as_text(folders: Sequence[Path]) -> Iterator[str]:
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


def _line(form: Format) -> list[str]:
    return hanging(f"  {form.name:<20} ", visible(form.about))
