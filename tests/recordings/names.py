"""Names for what differs from run to run: ids, keys, times, ports, folders.

The same id gets the same name throughout a recording, numbered in the order in which it appears.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import chain

_ID = re.compile(r"zd-[a-z2-9]{10}")
_KEY = re.compile(r"(?<![A-Za-z0-9_-])[2-9A-NP-Z]{8}(?![A-Za-z0-9_-])")
_INSTANCE = re.compile(r"(?:(?<=embedded:)|(?<=seen-)|(?<=users/local/))[0-9a-f]{16}")
_PORT = re.compile(r"(?<=127\.0\.0\.1:)\d{4,5}")
_WAIT = re.compile(r"(?<=waiting )\d+ s")
_BEGUN = re.compile(r'(?<="begin": ")[0-9a-f]{32}')
_TEMPORARY = re.compile(r"\S*/zoterodigest-\w{8}(?=/)")
_PLAIN = {_PORT: "PORT", _WAIT: "N s", _BEGUN: "random", _TEMPORARY: "/temporary"}
"""What is random and referred to nowhere else."""
_SHORT = range(4, 8)
"""How many letters of a row's id are listed: four, and more if two rows share these."""


def with_names(
    text: str, *, kinds: Mapping[str, str], rows: Iterable[str], given: str, folder: str
) -> str:
    """Return a recording with names in the place of what is random.

    `kinds` tells in four letters what an object with a key is, `rows` are the ids of all rows.
    What stands in `given`, the text of the scenario, is not random.
    """
    fixed = {*_KEY.findall(given)}
    text = _without_times(text.replace(folder, "/project"))
    for pattern, name in _PLAIN.items():
        text = pattern.sub(name, text)
    text = _named(text, _INSTANCE, lambda _: "instance")
    text = _named(text, _KEY, lambda key: "" if key in fixed else kinds.get(key, "KEYS"))
    return _named_rows(text, sorted({*rows, *_ID.findall(text)}))


def _named(text: str, pattern: re.Pattern[str], kind_of: Callable[[str], str]) -> str:
    """Name what matches by its kind and a number; what is of no kind stays."""
    numbers: Counter[str] = Counter()
    names: dict[str, str] = {}

    def name(match: re.Match[str]) -> str:
        found = match[0]
        if found not in names:
            kind = kind_of(found)
            numbers[kind] += 1
            names[found] = f"{kind}{numbers[kind]:04}" if kind else found
        return names[found]

    return pattern.sub(name, text)


def _named_rows(text: str, rows: Iterable[str]) -> str:
    """Name rows, where their whole id stands and where its first letters do."""
    short = {row[3 : 3 + size]: row for row in rows for size in _SHORT}
    if not short:
        return text
    names: dict[str, str] = {}

    def name(match: re.Match[str]) -> str:
        found = match[0]
        row = short.get(found, found)
        names.setdefault(row, f"row{len(names) + 1}")
        return names[row] if found in short else f"zd-{names[row]}"

    beginnings = "|".join(sorted(short, key=len, reverse=True))
    return re.sub(rf"{_ID.pattern}|(?<![\w-])(?:{beginnings})(?![\w-])", name, text)


def _without_times(text: str) -> str:
    """Write <time> and <today> for a moment near this one; other dates belong to the scenario."""
    today = datetime.now(UTC).date()
    days = [today + timedelta(days=shift) for shift in (-1, 0, 1)]
    for day in chain.from_iterable(map(_spelled, days)):
        clock = r"(?:T\d{6}Z|[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?)"
        text = re.sub(rf"{day}{clock}", "<time>", text).replace(day, "<today>")
    return text


def _spelled(day: date) -> tuple[str, str]:
    return day.isoformat(), day.strftime("%Y%m%d")
