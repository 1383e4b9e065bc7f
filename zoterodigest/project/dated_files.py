"""Digests of which there is one for each day or month: `daily/{year}-{month}-{day}.md`."""

from __future__ import annotations

import glob
import re
from dataclasses import dataclass
from pathlib import Path

from zoterodigest.project.config import PLACEHOLDER

_DIGITS = {"year": 4, "month": 2, "day": 2}


@dataclass(frozen=True, slots=True)
class DatedFiles:
    """The files in `root` that `pattern` names by their dates; without a date in it just one."""

    root: Path
    pattern: str

    @property
    def names(self) -> tuple[str, ...]:
        """Which parts of a date the pattern has, from the year on."""
        present = set(PLACEHOLDER.findall(self.pattern))
        return tuple(name for name in _DIGITS if name in present)

    def on(self, day: str) -> Path:
        """Return the file for `day` (ISO 8601)."""
        return self.root / filled(self.pattern, day)

    def present(self) -> list[tuple[str, Path]]:
        """Return the files that are there by their dates (`2025-01`), the oldest first."""
        if not self.names:
            return []
        pieces = PLACEHOLDER.split(self.pattern)
        asked = "".join(
            "[0-9]" * _DIGITS[piece] if at % 2 else glob.escape(piece)
            for at, piece in enumerate(pieces)
        )
        expression = re.compile(self._expression(pieces))
        names = glob.glob(asked, root_dir=self.root)  # noqa: PTH207  (".." may be in it)
        found = ((expression.fullmatch(Path(name).as_posix()), name) for name in names)
        return sorted(
            ("-".join(match[part] for part in self.names), self.root / name)
            for name, match in ((name, match) for match, name in found)
            if match is not None
        )

    def template(self, day: str) -> tuple[str, Path] | None:
        """Return the newest file from before `day` with its date, else the oldest after it."""
        present = self.present()
        before = [one for one in present if one[0] < day[: len(one[0])]]
        after = [one for one in present if one[0] > day[: len(one[0])]]
        return before[-1] if before else after[0] if after else None

    def _expression(self, pieces: list[str]) -> str:
        seen: set[str] = set()
        parts = []
        for at, piece in enumerate(pieces):
            if not at % 2:
                parts.append(re.escape(piece))
            elif piece in seen:
                parts.append(f"(?P={piece})")
            else:
                seen.add(piece)
                parts.append(f"(?P<{piece}>[0-9]{{{_DIGITS[piece]}}})")
        return "".join(parts)


def filled(pattern: str, day: str) -> str:
    """Return a pattern with the parts of `day` (ISO 8601) in the place of their names."""
    known = dict(zip(_DIGITS, day.split("-"), strict=True))
    return PLACEHOLDER.sub(lambda found: known.get(found[1], found[0]), pattern)
