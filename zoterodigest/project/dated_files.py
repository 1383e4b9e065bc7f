"""Files that are named by their date: `daily/{year}-{month}-{day}.md` is a file for each day."""

from __future__ import annotations

import glob
import re
from pathlib import Path

from zoterodigest.frozen import dataclass
from zoterodigest.project.config import PLACEHOLDER
from zoterodigest.regex import lazy_regex

_DATE = lazy_regex(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)[-_./]?(?P<month>0[1-9]|1[0-2])"
    r"(?:[-_./]?(?P<day>0[1-9]|[12]\d|3[01]))?(?!\d)"
)
_DIGITS = {"year": 4, "month": 2, "day": 2}


def dates_in(text: str) -> list[re.Match[str]]:
    """Return the dates in a path: their groups are `year`, `month` and, if it is there, `day`."""
    return list(_DATE.finditer(text))


def date_in(key: str) -> dict[str, str]:
    """Return year, month and day as far as the path of a dated file shows them, the last one."""
    found = dates_in(key)
    return {name: part for name, part in found[-1].groupdict().items() if part} if found else {}


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
        # No part of the path but a date may be a pattern: a folder may be called "[cs]".
        asked = PLACEHOLDER.sub(
            lambda found: "[0-9]" * _DIGITS[found[1]], glob.escape(self.pattern)
        )
        expression = re.compile(self._expression())
        names = glob.glob(asked, root_dir=self.root)  # noqa: PTH207  (".." may be in it)
        found = ((expression.fullmatch(Path(name).as_posix()), name) for name in names)
        return sorted(
            ("-".join(match[part] for part in self.names), self.root / name)
            for match, name in found
            if match is not None
        )

    def template(self, day: str) -> tuple[str, Path] | None:
        """Return the newest file from before `day` with its date, else the oldest after it."""
        present = self.present()
        before = [one for one in present if one[0] < day[: len(one[0])]]
        after = [one for one in present if one[0] > day[: len(one[0])]]
        return before[-1] if before else after[0] if after else None

    def _expression(self) -> str:
        text = re.escape(self.pattern)
        for name, digits in _DIGITS.items():
            placeholder = re.escape(f"{{{name}}}")
            text = text.replace(placeholder, f"(?P<{name}>[0-9]{{{digits}}})", 1)
            # A part of the date that stands in the pattern again is the same one.
            text = text.replace(placeholder, f"(?P={name})")
        return text


def filled(pattern: str, day: str) -> str:
    """Return a pattern with the parts of `day` (ISO 8601) in the place of their names."""
    known = dict(zip(_DIGITS, day.split("-"), strict=True))
    return PLACEHOLDER.sub(lambda found: known.get(found[1], found[0]), pattern)
