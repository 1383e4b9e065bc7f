"""What exports wrote into .bib files, as lines of text of the lock file.

bib ["refs.bib"]                                 a file that an export of ours made
made true

bib ["refs.bib","ho2020denoising"]               an entry of ours: its file and citation key,
item "ABCD2345"                                  its item, and a print for each of its fields;
print ["author","1f0c…"]                         that of "" is of its type
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from zoterodigest.core.links.link import Exported
from zoterodigest.core.values.file_keys import BibKey
from zoterodigest.foreign import read_json
from zoterodigest.project.lock.fold import fold_exported
from zoterodigest.project.lock.paragraphs import (
    BIB,
    PRINT,
    LockParagraph,
    Values,
    object_key,
    one_print,
    path_of,
    text_list,
    to_json,
    values_by_name,
)

ExportedKey = tuple[BibKey, str]
"""What an entry is known by: its file and its citation key."""


@dataclass(frozen=True, slots=True)
class BibsRead:
    """Entries by file and key, and the files that exports made, as they are read."""

    exported: dict[ExportedKey, Exported] = field(default_factory=dict)
    made: set[BibKey] = field(default_factory=set)

    def read(self, paragraph: LockParagraph) -> None:
        """Take up what a paragraph says; raise `ValueError` if it is none of a .bib."""
        name, *keys = text_list(read_json(paragraph.head.removeprefix(BIB)))
        path = BibKey(path_of(name, "bib"))
        for values in paragraph.variants():
            match keys:
                case []:
                    self.made.update([path] if values.get("made") is True else [])
                case [key] if key:
                    one, known = _exported(path, key, values), self.exported.get((path, key))
                    self.exported[path, key] = fold_exported(known, one) if known else one
                case _:
                    raise ValueError("a bib needs a file and at most one citation key")


def _exported(path: BibKey, key: str, values: Values) -> Exported:
    reason = "a print is a field and one fingerprint"
    prints = {name: one_print(value, reason) for name, value in values_by_name(values, PRINT)}
    return Exported(path, key, object_key(values, "item"), prints)


def render_bibs(exported: Iterable[Exported], made: Iterable[str]) -> Iterator[str]:
    """Yield the paragraphs of files that exports made and of entries that they wrote, sorted."""
    entries: dict[str, list[Exported]] = {path: [] for path in made}
    ours = frozenset(entries)
    for one in exported:
        entries.setdefault(one.bibliography, []).append(one)
    for path in sorted(entries):
        if path in ours:
            yield f"{BIB}{to_json([path])}\nmade true\n"
        yield from map(_render, sorted(entries[path], key=lambda one: one.key))


def _render(one: Exported) -> str:
    lines = [
        f"{BIB}{to_json([one.bibliography, one.key])}\n",
        f"item {to_json(one.item)}\n",
        *(f"print {to_json([name, print_])}\n" for name, print_ in sorted(one.prints.items())),
    ]
    return "".join(lines)


def sorted_entries(exported: Mapping[ExportedKey, Exported]) -> tuple[Exported, ...]:
    """Return entries in the order of the lock file."""
    return tuple(exported[key] for key in sorted(exported))
