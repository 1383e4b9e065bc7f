"""Excerpts: long texts beside each other, cut so that the place where they differ is shown."""

from __future__ import annotations

from collections.abc import Sequence
from os.path import commonprefix

from rich.cells import cell_len

from zoterodigest.cli.base.screen import cut

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
