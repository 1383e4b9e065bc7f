"""Escapes: backslashes that a Markdown formatter puts before signs, told from those of TeX."""

from __future__ import annotations

import re

_COMMAND = re.compile(r"(?<!\\)(?:\\\\)*\\[A-Za-z]")
_DOUBLED = re.compile(r"(?<!\\)\\\\[A-Za-z]")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_UNDERSCORED = re.compile(r"(?<![\w_])_([^\s_](?:[^_]*[^\s_])?)_(?![\w_])")
_ESCAPED_MARK = re.compile(r"\\([_*\[\]<>#~`])")


def unescaped(text: str) -> str:
    r"""Return `text` without the backslashes of a formatter: `f\_\\theta` says `f_\theta`.

    A text that holds a TeX command behind one backslash is as its author wrote it, and stays.
    """
    if "\\" not in text or _COMMAND.search(text):
        return text
    pattern = _ESCAPED if _DOUBLED.search(text) else _ESCAPED_MARK
    return pattern.sub(r"\1", text)


def without_spelling(text: str) -> str:
    """Return `text` without what a formatter chooses, for comparing: `_so_` says `*so*`."""
    return _UNDERSCORED.sub(r"*\1*", _ESCAPED.sub(r"\1", text))
