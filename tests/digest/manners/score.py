"""Compare what is read of the lists in this folder with what stands in them.

`python -m tests.digest.manners.score` prints a line for each list in `open/`, with `-v` each value
that differs. The lists in `sealed/` are scored once an order is done: nobody may fit a format to
them.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.digest.corpus import read
from zoterodigest.digest.format.format import folded_label
from zoterodigest.digest.read.document import DigestEntry
from zoterodigest.digest.read.report import entry_json

HERE = Path(__file__).parent
Value = Any
"""A value of JSON."""

FIELDS = (
    "title", "short_title", "title_url", "arxiv_id", "doi", "authors", "et_al", "venue", "year",
    "date", "award", "urls", "summary", "abstract", "headings",
)  # fmt: skip
IDENTIFIERS = ("arxiv_id", "doi")


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that was read otherwise than it stands on this 1-based line, or not (None)."""

    line: int
    field: str
    read: Value
    stands: Value


@dataclass(slots=True)
class Score:
    """How a list was read: its entries, those read, those both; values right, wrong, missing."""

    name: str
    entries: int = 0
    read: int = 0
    both: int = 0
    right: Counter[str] = field(default_factory=Counter)
    wrong: list[Difference] = field(default_factory=list)
    missing: list[Difference] = field(default_factory=list)
    unread: list[int] = field(default_factory=list)
    invented: list[int] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """The share of the list's entries that were read."""
        return self.both / max(self.entries, 1)

    @property
    def precision(self) -> float:
        """The share of what was read that are entries of the list."""
        return self.both / max(self.read, 1)


def lists(folder: str) -> Iterator[tuple[Path, Path]]:
    """Yield each list of a folder with its truth, by name."""
    for path in sorted((HERE / folder).iterdir()):
        beside = path.with_suffix(".truth.json")
        truth = beside if beside.exists() else path.with_suffix(".json")
        if truth.exists() and truth != path and not path.name.endswith(".truth.json"):
            yield path, truth


def score(path: Path, truth: Mapping[str, Value]) -> Score:
    """Return how the list at `path` is read, by what stands in it."""
    document = read(path.read_bytes(), path.name)
    found = [(it.first + 1, _as_read(it)) for it in document.entries]
    result = Score(path.stem, entries=len(truth["entries"]), read=len(found))
    left = dict(found)
    for entry in truth["entries"]:
        line = next((at for at in left if entry["line"] <= at <= entry["end_line"]), None)
        if line is None:
            result.unread.append(entry["line"])
            continue
        result.both += 1
        _compare(result, left.pop(line), entry, truth.get("accept", {}))
    result.invented += left
    return result


def _as_read(entry: DigestEntry) -> dict[str, Value]:
    dois = (it.value for it in entry.reading.identifiers if it.scheme == "doi")
    return {**entry_json(entry), "doi": next(dois, None)}


def _compare(
    result: Score,
    values: Mapping[str, Value],
    entry: Mapping[str, Value],
    accept: Mapping[str, Value],
) -> None:
    for name in FIELDS:
        stands, is_read = entry.get(name), values.get(name)
        if name == "headings" and stands is None:
            continue
        also = accept.get(f"{entry['line']}.{name}", [])
        known = [_plain(name, one) for one in (stands, *also)]
        if _plain(name, is_read) in known:
            result.right[name] += bool(is_read)
        elif is_read in (None, [], False, ""):
            result.missing.append(Difference(entry["line"], name, None, stands))
        else:
            result.wrong.append(Difference(entry["line"], name, is_read, stands))


def _plain(name: str, value: Value) -> Value:
    """Return a value without what makes no difference: blanks, case of labels, empty for none."""
    if not value:
        return None
    if name == "urls":
        return [(folded_label(label), url) for label, url in value]
    if name == "title":
        return " ".join(value.split()).rstrip(".")
    if name in ("venue", "award"):
        return " ".join(value.casefold().split())
    return " ".join(value.split()) if isinstance(value, str) else value


def main() -> int:
    """Score the lists of a folder and print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", default="open")
    parser.add_argument("names", nargs="*")
    parser.add_argument("-v", "--verbose", action="store_true")
    given = parser.parse_args()
    scores = [
        score(path, json.loads(truth.read_text("utf-8")))
        for path, truth in lists(given.folder)
        if not given.names or path.stem in given.names
    ]
    print(f"{'list':42} entries  read  both  ids  wrong  missing")
    for one in scores:
        ids = sum(one.right[name] for name in IDENTIFIERS)
        counts = f"{one.entries:7} {one.read:5} {one.both:5} {ids:4}"
        print(f"{one.name:42} {counts} {len(one.wrong):6} {len(one.missing):8}")
        for it in (*one.wrong, *one.missing) if given.verbose else ():
            print(f"    {it.line}: {it.field}: {it.read!r}, but {it.stands!r}")
        if given.verbose and (one.unread or one.invented):
            print(f"    not read: {one.unread}, no entries: {one.invented}")
    entries, both = (sum(getattr(it, name) for it in scores) for name in ("entries", "both"))
    wrong = sum(len(it.wrong) for it in scores)
    print(
        f"{both} of {entries} entries read, {sum(it.read for it in scores) - both} invented", end=""
    )
    print(f", {wrong} values wrong")
    return 0


if __name__ == "__main__":
    sys.exit(main())
