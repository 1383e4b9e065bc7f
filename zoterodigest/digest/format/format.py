"""A digest format: one TOML file that says what an entry looks like and where its values stand.

docs/formats.md teaches the language. Patterns are RE2 expressions whose named groups are slots.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from zoterodigest import mapping
from zoterodigest.digest.format.pattern import BadPattern, Pattern

SlotName = Literal[
    "title",
    "url",
    "authors",
    "venue",
    "year",
    "date",
    "award",
    "task",
    "tags",
    "tags_stub",
    "categories",
    "chips",
    "arxiv",
    "doi",
    "links",
    "code",
    "comment",
    "comment_stub",
    "abstract",
    "summary",
    "section",
    "name",
    "tail",
    "ignored",
]
"""What a slot may hold; the name decides how its text is read and written."""

SLOTS: frozenset[str] = frozenset(get_args(SlotName))

ContainerName = Literal["quote", "lines", "paragraph", "item", "details", "heading", "row"]


def _compile(value: Any) -> Pattern:
    if isinstance(value, Pattern):
        return value
    try:
        pattern = Pattern(str(value))
    except BadPattern as error:
        raise ValueError(f"is no valid pattern: {error}") from error
    unknown = sorted(set(pattern.names) - SLOTS)
    if unknown:
        raise ValueError(
            f"names the unknown slot {unknown[0]!r}; known: {', '.join(sorted(SLOTS))}"
        )
    return pattern


PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
"""A slot in a template line: `{title}`."""


def _known_slots(text: str) -> str:
    unknown = sorted(set(PLACEHOLDER.findall(text)) - SLOTS)
    if unknown:
        raise ValueError(f"has no slot {unknown[0]!r} to fill; known: {', '.join(sorted(SLOTS))}")
    return text


PatternText = Annotated[str, AfterValidator(lambda text: _compile(text) and text)]
TemplateText = Annotated[str, AfterValidator(_known_slots)]
Labels = dict[SlotName, list[str]]
Patterns = dict[SlotName, list[PatternText]]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EntryRule(_Table):
    """Where an entry begins and ends, and what makes it one."""

    containers: list[ContainerName] = Field(min_length=1)
    begin: list[PatternText] = []
    no_titles: list[PatternText] = []
    needs: list[str] = []
    placeholders: list[str] = []
    evidence: bool = False


class SectionRule(_Table):
    """How an entry's named sections are marked, and which names are fields of their own."""

    quote: PatternText | None = None
    details: bool = False
    names: Labels = {}


class ColumnRule(_Table):
    """The columns of a table by their header, and which must be there."""

    needs: list[str] = ["title"]
    names: Labels


class NewRule(_Table):
    """How a new entry is written where no neighbour shows it, and where it goes.

    A line may be a list of alternatives. `section` wraps each named section at `{section}`,
    `cells` are alternatives for the cells of a table, `between` the lines that part two entries;
    `link` is how a link is written, `link_gap` what parts two. Where `when` is "asked", new entries
    come only by commands that are about them; a sync brings none.
    """

    when: Literal["always", "asked"] = "always"

    place: Literal["date", "top", "end"] = "end"
    lines: list[TemplateText | list[TemplateText]] = []
    section: list[TemplateText] = []
    cells: dict[SlotName, list[TemplateText]] = {}
    between: list[str] = []
    link: TemplateText = "[{name}]({url})"
    link_gap: str = ", "


class Format(_Table):
    """A digest format as its TOML file states it.

    `rank` orders detection: of two formats that read the same lines, the lower rank wins.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    about: str
    rank: int = 10
    entry: EntryRule
    lines: list[PatternText] = []
    labels: Labels = {}
    sections: SectionRule = SectionRule()
    details: Labels = {}
    rest: SlotName | None = None
    columns: ColumnRule | None = None
    cells: Patterns = {}
    find: Patterns = {}
    new: NewRule | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Format:
        if ("row" in self.entry.containers) != (self.columns is not None):
            raise ValueError('[columns] and containers = ["row"] belong together')
        if self.columns is None and not self.entry.begin:
            raise ValueError("entry.begin needs at least one pattern")
        if self.new is not None and self.columns is None and "{title}" not in str(self.new.lines):
            raise ValueError("new.lines has no {title}")
        return self

    @cached_property
    def compiled(self) -> Compiled:
        """The format's patterns, compiled once."""
        return Compiled(
            begin=tuple(map(_compile, self.entry.begin)),
            no_titles=tuple(map(_compile, self.entry.no_titles)),
            lines=tuple(map(_compile, self.lines)),
            quote=_compile(self.sections.quote) if self.sections.quote else None,
            cells={slot: tuple(map(_compile, texts)) for slot, texts in self.cells.items()},
            find={slot: tuple(map(_compile, texts)) for slot, texts in self.find.items()},
            labels=_by_label(self.labels),
            details=_by_label(self.details),
            section_names=_by_label(self.sections.names),
            columns=_by_label(self.columns.names if self.columns else {}),
            placeholders=frozenset(fold(text) for text in self.entry.placeholders),
        )

    @cached_property
    def slots(self) -> frozenset[str]:
        """The names of all slots that the format can read."""
        rules = self.compiled
        found = [rules.labels, rules.details, rules.section_names, rules.columns]
        names = {slot for slots in found for slot in slots.values()}
        patterns = [*rules.begin, *rules.lines, *chain(*rules.cells.values(), *rules.find.values())]
        names |= {name for pattern in patterns for name in pattern.names}
        has_sections = rules.quote is not None or self.sections.details
        more = {self.rest} if self.rest else set()
        return frozenset(names | more | ({"section"} if has_sections else set()))


@dataclass(frozen=True, slots=True)
class Compiled:
    """The patterns and folded labels of a format."""

    begin: tuple[Pattern, ...]
    no_titles: tuple[Pattern, ...]
    lines: tuple[Pattern, ...]
    quote: Pattern | None
    cells: Mapping[str, tuple[Pattern, ...]]
    find: Mapping[str, tuple[Pattern, ...]]
    labels: Mapping[str, str]
    details: Mapping[str, str]
    section_names: Mapping[str, str]
    columns: Mapping[str, str]
    placeholders: frozenset[str]


def fold(text: str) -> str:
    """Return a label, column name or placeholder without case, emphasis and outer signs."""
    words = "".join(char if char.isalnum() else " " for char in text.casefold()).split()
    return " ".join(words) or text.strip()


def _by_label(labels: Labels) -> dict[str, str]:
    return {fold(label): slot for slot, names in labels.items() for label in names}


def load_format(path: Path) -> Format:
    """Read a format file; raises `BadMapping` that names file, key and reason."""
    return mapping.load(path, Format)


@cache
def builtin_formats() -> tuple[Format, ...]:
    """Return the formats shipped in `mappings/formats/`, by rank, then name."""
    paths = sorted((mapping.folder() / "formats").glob("*.toml"))
    return tuple(sorted(map(load_format, paths), key=lambda one: (one.rank, one.name)))
