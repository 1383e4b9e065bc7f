"""The screen: text made safe, cut to the width of the terminal, written. Nothing else prints.

Digests and notes are hostile input: no control character or bidirectional override of theirs
reaches a terminal, and nothing in them is taken for markup.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from contextvars import ContextVar
from io import TextIOWrapper
from os.path import commonprefix
from pathlib import Path
from typing import TextIO, TypeVar

from rich.cells import cell_len, set_cell_size

from zoterodigest.cli.base.pages import address_about
from zoterodigest.errors import counted as counted
from zoterodigest.errors import noun_behind
from zoterodigest.project.settled import Printed
from zoterodigest.regex import lazy_regex

OBEYED_FORMAT = (
    "\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\ud800-\udfff"
)
_JOINED = "[\u0600-\u0dff\u200d\u2600-\u27bf\ufe0f\U0001f000-\U0001faff]"
"""What a joiner belongs behind: letters of Arabic and Indic scripts, and emoji."""

_OBEYED = lazy_regex(f"[\\x00-\\x1f\\x7f-\\x9f{OBEYED_FORMAT}]|(?<!{_JOINED})[\u200c\u200d]")
# Latin, Greek and Cyrillic letters, and signs of punctuation like the ellipsis.
_NARROW = lazy_regex(
    "[\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f\u1e00-\u1eff\u2010-\u2027]*"
)
_NARROWEST = 40
_LONGEST_PART = 500
_LONGEST_LINE = 10_000
_LONGEST_ERROR = 2_000
"""Columns of a message; a title of the library can have 72,000 characters."""

_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}


def visible(text: str) -> str:
    """Return `text` on one line, runs of blanks as one, what a terminal would obey as escapes."""
    # `isprintable()` refuses all control characters, and all blanks but the space. With this
    # shortcut `ls` lists 10,000 more items a second: it shows four texts of each.
    if text.isprintable() and "  " not in text:
        return text.strip()
    return _OBEYED.sub(_escape, " ".join(text.split()))


def visible_lines(text: str) -> list[str]:
    """Return the lines of `text` without trailing blanks, safe to be shown."""
    return [_OBEYED.sub(_escape, line.expandtabs(4).rstrip()) for line in text.split("\n")]


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file name that is no text (PEP 383)
        code -= 0xDC00
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


_Value = TypeVar("_Value")


@contextmanager
def holding(variable: ContextVar[_Value], value: _Value) -> Iterator[None]:
    """Let `variable` hold `value` while the block lasts."""
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)


_WIDTH: ContextVar[int] = ContextVar("width", default=0)


def width() -> int:
    """Return the number of columns to fill: the terminal's, or 80 without a terminal."""
    return _WIDTH.get() or max(shutil.get_terminal_size((80, 24)).columns, _NARROWEST)


def set_width(columns: int) -> None:
    """Fill so many columns from now on in this context: a page has room that no terminal has."""
    _WIDTH.set(columns)


def uncut_in_a_pipe() -> AbstractContextManager[None]:
    """Cut no cell in the block if the output goes to a program or a file, which have any width.

    COLUMNS asks for a width all the same.
    """
    is_cut = sys.stdout.isatty() or "COLUMNS" in os.environ
    return holding(_WIDTH, _WIDTH.get() if is_cut else _LONGEST_LINE)


def styled(text: str, style: str, stream: TextIO | None = None) -> str:
    """Return `text` in `style` if `stream` (standard output) is a terminal that may be colored.

    NO_COLOR and a dumb terminal are honoured.
    """
    if not text or not is_coloured(stream or sys.stdout):
        return text
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m"


def is_coloured(stream: TextIO) -> bool:
    """Return whether `stream` is a terminal that may be colored."""
    # https://no-color.org: any value but the empty one counts.
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return not plain and stream.isatty()


def cut(text: str, size: int) -> str:
    """Return `text` in at most `size` columns, with an ellipsis if something was cut off."""
    # A wide character that is cut in two becomes a blank, which must not stand before the ellipsis.
    if columns_of(text) <= size:
        return text
    start = text[: size - 1] if is_narrow(text) else set_cell_size(text, size - 1)
    return start.rstrip() + "…"


def columns_of(text: str) -> int:
    """Return how many columns of a terminal `text` fills."""
    # Without this a long table takes a sixth more time.
    return len(text) if is_narrow(text) else cell_len(text)


def is_narrow(text: str) -> bool:
    """Return whether each sign of a text fills one column, as in nearly all texts."""
    return (text.isascii() and text.isprintable()) or bool(_NARROW.fullmatch(text))


def without_middle(text: str, size: int) -> str:
    """Return `text` in at most `size` columns, cut in its middle: the end has the reason."""
    if cell_len(text) <= size:
        return text
    return f"{set_cell_size(text, size // 2).rstrip()} … {text[len(text) - size // 4 :].lstrip()}"


def wrapped(text: str, indent: int = 0) -> list[str]:
    """Return a safe text broken into lines that fit the width, each behind `indent` blanks.

    A web link that is longer stays whole, if no other word must be broken.
    """
    room = max(width() - indent, 20)
    words = text.split(" ")
    # People copy links: a terminal that breaks a long line itself still copies it whole.
    widths = (cell_len(word) for word in words if "://" not in word)
    # Nearly all texts are such; rich, which breaks words as well, takes 15 ms to import.
    is_plain = words == text.split() and max(widths, default=0) <= room
    lines = _filled(words, room) if is_plain else _broken(text, room)
    return [(" " * indent + line).rstrip() for line in lines]


def _filled(words: Sequence[str], room: int) -> list[str]:
    lines = [words[0]]
    for word in words[1:]:
        longer = f"{lines[-1]} {word}"
        if cell_len(longer) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _broken(text: str, room: int) -> list[str]:
    from rich.console import Console
    from rich.text import Text

    # rich counts the columns of East Asian characters and emoji; textwrap counts letters.
    return [line.plain for line in Text(text).wrap(Console(width=room), room)]


def separated(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines with one empty line between sections and none at the end, whichever of the
    sections have nothing to say.
    """
    is_due = False
    for line in lines:
        if line:
            yield from ("", line) if is_due else (line,)
        is_due = not line


def hanging(head: str, text: str) -> list[str]:
    """Return a safe text wrapped to the width behind `head`, with its further lines indented."""
    indent = cell_len(head)
    lines = wrapped(text, indent)
    return [(head + lines[0].strip()).rstrip(), *lines[1:]]


def flowing(parts: Iterable[str], indent: int) -> list[str]:
    """Return safe texts as one list with commas; lines break only between the texts."""
    lines = [""]
    for part in parts:
        longer = f"{lines[-1]}, {part}" if lines[-1] else part
        if lines[-1] and cell_len(longer) >= width() - indent:
            lines[-1] += ","
            lines.append(part)
        else:
            lines[-1] = longer
    return [cut(" " * indent + line, width()) for line in lines]


_LINKING: ContextVar[Callable[[str], str] | None] = ContextVar("linking", default=None)


def linking(with_links: Callable[[str], str]) -> AbstractContextManager[None]:
    """Write each line to standard output `with_links` while the block lasts."""
    return holding(_LINKING, with_links)


def linked(lines: Iterable[str]) -> Iterable[str]:
    """Return `lines`, which are laid out, with hyperlinks if a block of `linking` is about them."""
    with_links = _LINKING.get()
    return map(with_links, lines) if with_links else lines


def emit(lines: Iterable[str]) -> None:
    """Write `lines` to standard output; a closed pipe (`| head`) is no error."""
    _write(sys.stdout, linked(lines))


def emit_text(text: str) -> None:
    """Write a file's text to standard output: as it is into a pipe, made safe on a screen."""
    emit(lines_of_text(text))


def lines_of_text(text: str) -> list[str]:
    """Return the lines of a file's text for standard output, as `emit_text` writes them."""
    text = text.removesuffix("\n")
    return visible_lines(text) if sys.stdout.isatty() else text.split("\n")


def tell(lines: Iterable[str]) -> None:
    """Write `lines` to standard error: everything but the result of a command."""
    _write(sys.stderr, lines)


_COPY: ContextVar[list[Printed] | None] = ContextVar("copy", default=None)


@contextmanager
def copying() -> Iterator[list[Printed]]:
    """Give a list that gets a copy of everything that is written while the block lasts."""
    copied: list[Printed] = []
    with holding(_COPY, copied):
        yield copied


def repeat(printed: Iterable[Printed]) -> None:
    """Write what was written before, each text in the encoding that it had."""
    for one in printed:
        stream = sys.stderr if one.is_error else sys.stdout
        if one.encoding and isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding=one.encoding)
        _write(stream, one.text.removesuffix("\n").split("\n") if one.text else ())


def _write(stream: TextIO, lines: Iterable[str]) -> None:
    # The empty one ends the last line. To add an end to each line takes four times as long.
    text = "\n".join([*lines, ""])
    if (copied := _COPY.get()) is not None:
        copied.append(Printed(text, stream is sys.stderr, getattr(stream, "encoding", "") or ""))
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        # Nobody reads on. What is still buffered must not fail again when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def tell_error(sentence: str, hint: str = "", choices: Iterable[str] = ()) -> None:
    """Write an error as people read it: a sentence, what it may be, and what to do about it."""
    _tell_marked("error:", without_middle(visible(from_here(sentence)), _LONGEST_ERROR), "red")
    tell(cut(f"    {visible(one)}", width()) for one in choices)
    if hint:
        _tell_marked("hint:", cut(visible(hint), _LONGEST_ERROR))
        if address := address_about(sentence, hint):
            _tell_marked("more:", address)


def from_here(sentence: str) -> str:
    """Return a sentence in which files below the current folder are called as from there."""
    with suppress(OSError):  # somebody may have removed the folder
        here = re.escape(str(Path.cwd())) + re.escape(os.sep)
        return re.sub(rf"(?<!\S){here}(?=\S)", "", sentence)
    return sentence


def tell_note(sentence: str) -> None:
    """Write what a person should know about a run that did what it was asked for."""
    _tell_marked("note:", cut(visible(sentence), _LONGEST_ERROR))


def _tell_marked(mark: str, sentence: str, style: str = "yellow") -> None:
    text = f"{mark} {sentence}"
    # A terminal breaks lines within words; what reads a pipe wants a sentence in one line.
    lines = wrapped(text) if sys.stderr.isatty() else [text]
    head = styled(mark, style, sys.stderr)
    tell([lines[0].replace(mark, head, 1), *lines[1:]])


def tell_failure(*parts: str) -> None:
    """Write what failed: where, the title, the reason, as far as they are known.

    Each is cut by itself: a title of any length leaves room for the reason.
    """
    shown = [cut(visible(from_here(part)), _LONGEST_PART) for part in parts if part]
    # A reason may begin with the file that is named already: "one.md cannot be written".
    is_named = len(shown) > 1 and shown[-1].startswith(f"{shown[0]} ")
    tell_error(": ".join(shown[1:] if is_named else shown))


def section(heading: str, number: int, advice: str = "") -> Iterator[str]:
    """Yield the heading of a section with the number of what it lists, and the advice below it."""
    yield styled(f"{heading} ({number:,})", "bold")
    if advice:
        yield from wrapped(advice, 2)


def numbered(number: int, one: str, many: str = "") -> str:
    """Return a line of a list of counts: the number right-aligned, then its noun."""
    return f"  {number:>6,}  {noun_behind(number, one, many)}"


IN_JSON = " (--json lists all)"


def first_of(
    lines: Iterable[str], most: int, *, indent: int, in_json: bool = False
) -> Iterator[str]:
    """Yield the first `most` of `lines`, and how many more there are, behind `indent` blanks; with
    `in_json`, that --json lists all.
    """
    listed = list(lines)
    yield from listed[:most]
    if len(listed) > most:
        yield f"{' ' * indent}… and {len(listed) - most:,} more{IN_JSON if in_json else ''}"


def few_of(parts: Sequence[str], most: int) -> str:
    """Return the first `most` parts as one text, and how many more there are: `a, b and 3 more`."""
    rest = f" and {len(parts) - most:,} more" if len(parts) > most else ""
    return f"{', '.join(parts[:most])}{rest}"


def files_counted(digests: int, bibs: int) -> list[str]:
    """Return how many digests and how many bibliographies, those of which there are any."""
    found = [counted(digests, "digest")] if digests or not bibs else []
    return [*found, counted(bibs, "bibliography")] if bibs else found


def enumerated(parts: Sequence[str]) -> str:
    """Return parts as one text: `a, b and c`."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


_CONTEXT = 12
"""How many letters of what the texts share are shown before they differ."""


def excerpts(texts: Sequence[str], room: int) -> list[str]:
    """Return safe texts in at most `room` columns each, from shortly before they differ.

    Texts that all fit, or that differ near their beginning, keep their beginning.
    """
    shared = commonprefix(list(texts))  # noqa: RUF071 - letters are meant, these are no paths
    if all(cell_len(text) <= room for text in texts) or cell_len(shared) <= room // 3:
        return [cut(text, room) for text in texts]
    start = shared.rfind(" ", 0, len(shared) - _CONTEXT) + 1
    if len(shared) - start > 2 * _CONTEXT:  # a language without blanks, or one long address
        start = len(shared) - _CONTEXT
    return [cut(f"… {text[start:]}" if start else text, room) for text in texts]
