"""Golden files: what a test compares with, written anew with `--update-golden`."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

_PAGE = re.compile(r"^=== (.*)\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class GoldenFiles:
    """Compares texts with golden files; when it updates, it writes them first."""

    is_updating: bool

    def check(self, path: Path, text: str) -> None:
        """Compare a text with the whole of a file; bytes that are no UTF-8 are escaped in it."""
        if self.is_updating:
            path.write_bytes(os.fsencode(text))
        _require_same(os.fsdecode(path.read_bytes()), text)

    def check_page(self, path: Path, name: str, text: str) -> None:
        """Compare a text with the page of a file that stands below `=== name`."""
        _, *parts = _PAGE.split(path.read_bytes().decode()) if path.exists() else [""]
        pages = dict(zip(parts[::2], parts[1::2], strict=True))
        if self.is_updating:
            pages[name] = f"{text}\n\n"
            whole = "".join(f"=== {one}\n{pages[one]}" for one in sorted(pages))
            path.write_bytes(whole.encode())
        _require_same(pages.get(name, ""), f"{text}\n\n")


def _require_same(golden: str, now: str) -> None:
    lines = golden.splitlines(), now.splitlines()
    assert now == golden, "\n".join(unified_diff(*lines, "golden", "now", n=0, lineterm=""))
