"""A digest format: one TOML file that says what an entry looks like and where its values stand.

docs/formats.md teaches the language. Patterns are RE2 expressions whose named groups are slots.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    model_validator,
)

from zoterodigest import mapping
from zoterodigest.core.values.key_table import folded_key
from zoterodigest.digest.format.entry_template import (
    EVIDENCE,
    EntryTemplate,
    parse_cell,
    parse_template,
)
from zoterodigest.digest.format.fragments import expanded, shared_fragments, with_fragments
from zoterodigest.digest.format.line_pattern import LinePattern, TemplatePattern
from zoterodigest.digest.format.own_files import SUFFIX, DataKind, format_files
from zoterodigest.digest.format.pattern import AnyOf, BadPattern, LineFinder, Pattern, WhichOf
from zoterodigest.errors import ZoterodigestError
from zoterodigest.regex import lazy_regex

SLOTS = frozenset(
    # one value each, or one list
    {"title", "authors", "venue", "year", "date", "award", "task", "tags", "categories", "comment"}
    # which work it is, and where it leads; `chips` and `tail` hold several values
    | {"arxiv", "doi", "url", "links", "code", "chips", "tail"}
    # all that stands before or beside a title, in any order
    | {"before", "beside"}
    # text in blocks; `name` is the name of a section
    | {"abstract", "summary", "section", "name"}
    # short forms of folded slots, and what holds nothing
    | {"comment_stub", "tags_stub", "ignored"}
    # a nickname before the title
    | {"short_title"}
)
"""What a slot may hold; the name decides how its text is read and written."""

PARTS = frozenset({"before", "beside"})
"""The slots of which the parts are slots: all that stands on one side of a title, or on a line."""

ContainerName = Literal["quote", "lines", "paragraph", "item", "details", "heading", "li", "row"]


PLACEHOLDER = lazy_regex(r"\{([a-z_]+)\}")
"""A slot in a template line: `{title}`."""


def _require_slots(names: Iterable[str]) -> None:
    if unknown := sorted(set(names) - SLOTS):
        known = ", ".join(map(repr, sorted(SLOTS)))
        raise ValueError(f"names the unknown slot {unknown[0]!r}; known: {known}")


def _pattern(text: Any, info: ValidationInfo) -> Pattern:
    if not isinstance(text, str):
        raise ValueError("it should be a text in quotation marks")
    pattern = Pattern(text)
    # What is shipped has been tested, and need not be compiled to know that it is valid.
    if info.context == _SHIPPED:
        return pattern
    try:
        pattern.require_valid()
    except BadPattern as error:
        raise ValueError(f"is no valid pattern: {error}") from error
    _require_slots(pattern.names)
    return pattern


_SHIPPED = {"is_shipped": True}
"""The context in which the formats of `mappings/formats/` are validated."""


def _slot_name(text: str) -> str:
    _require_slots([text])
    return text


def _template(text: str) -> str:
    _require_slots(PLACEHOLDER.findall(text))
    return text


def _entry_template(text: Any) -> EntryTemplate:
    if not isinstance(text, str):
        raise ValueError("it should be a text in quotation marks")
    return parse_template(text, SLOTS.__contains__)


_ANY_PATTERN = ("^", "(?")
"""How each pattern for a whole cell begins, and no template of one."""


def _cell(text: Any, info: ValidationInfo) -> Pattern | LinePattern:
    if isinstance(text, str) and not text.startswith(_ANY_PATTERN):
        return LinePattern(parse_cell(text, SLOTS.__contains__))
    return _pattern(text, info)


folded_label = folded_key
"""Returns a label, column name or placeholder without case, emphasis and outer signs."""


SlotName = Annotated[str, AfterValidator(_slot_name)]
PatternText = Annotated[Pattern, BeforeValidator(_pattern)]
CellText = Annotated[Pattern | LinePattern, BeforeValidator(_cell)]
EntryText = Annotated[EntryTemplate, BeforeValidator(_entry_template)]
TemplateText = Annotated[str, AfterValidator(_template)]
FoldedText = Annotated[str, AfterValidator(folded_label)]
Labels = dict[SlotName, list[FoldedText]]


class _FormatTable(BaseModel):
    # A misspelled key would otherwise have no effect, and nobody would know.
    model_config = ConfigDict(
        defer_build=True, extra="forbid", frozen=True, arbitrary_types_allowed=True
    )


class EntryRule(_FormatTable):
    """Where an entry begins and ends, and what makes it one."""

    containers: list[ContainerName] = Field(default=[], min_length=1)
    begin: list[PatternText] = []
    no_titles: list[PatternText] = []
    needs: list[str] = []
    placeholders: list[FoldedText] = []
    evidence: bool | Literal["unquoted"] = False
    loose: bool = False

    @property
    def is_general(self) -> bool:
        """Whether the format takes any list: what it finds in free text must look as it should."""
        return self.evidence is True


class SectionRule(_FormatTable):
    """How an entry's named sections are marked, and which names are fields of their own."""

    quote: PatternText | None = None
    details: bool = False
    names: Labels = {}


class ColumnRule(_FormatTable):
    """The columns of a table by their header, and which must be there."""

    needs: list[str] = ["title"]
    names: Labels


class NewRule(_FormatTable):
    """How a new entry is written where no neighbor shows it, and where it goes.

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

    @property
    def alternatives(self) -> list[list[TemplateText]]:
        """The alternatives of each line, of most only one."""
        return [[line] if isinstance(line, str) else line for line in self.lines]


class NoteRule(_FormatTable):
    """What of a note's body is synced, and whether its tags are.

    With `sections`, only the text under headings of these names is; what stands under a heading
    "Private", or of the `private` names, never leaves the file. Names compare without case and
    emphasis.
    """

    sections: list[str] = []
    private: list[str] = []
    tags: bool = False


class DigestFormat(_FormatTable):
    """A digest format as its TOML file states it.

    `rank` orders detection: of two formats that read the same lines, the lower rank wins. With
    `keys` the lines below a title are read by what people call the fields of a paper. A format of
    `data` reads no Markdown but files in JSON or YAML, or the note of one paper in a file: by those
    keys, and by its `labels`.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    about: str
    rank: int = 10
    data: DataKind | None = None
    note: NoteRule = NoteRule()
    fragments: dict[str, str | list[str]] = {}
    templates: list[EntryText] = []
    entry: EntryRule = EntryRule()
    lines: list[PatternText] = []
    labels: Labels = {}
    sections: SectionRule = SectionRule()
    details: Labels = {}
    keys: bool = False
    rest: SlotName | None = None
    columns: ColumnRule | None = None
    cells: dict[SlotName, list[CellText]] = {}
    find: dict[SlotName, list[PatternText]] = {}
    new: NewRule | None = None

    @model_validator(mode="before")
    @classmethod
    def _with_fragments(cls, tables: Any) -> Any:
        # Patterns are compiled whole.
        if not isinstance(tables, dict) or "(?&" not in str(tables):
            return tables
        own = tables.get("fragments", {})
        known = with_fragments(own if isinstance(own, dict) else {}, shared_fragments())
        rest = {key: value for key, value in tables.items() if key != "fragments"}
        return {**tables, **expanded(rest, known)}

    @model_validator(mode="before")
    @classmethod
    def _with_what_follows(cls, tables: Any) -> Any:
        if isinstance(tables, dict) and tables.get("data"):
            return {**tables, "keys": True}
        # Templates write as they read: without [new] they do so with its defaults.
        if isinstance(tables, dict) and tables.get("templates"):
            return {"new": {}, **tables}
        return tables

    @model_validator(mode="after")
    def _fits_together(self) -> DigestFormat:
        if self.data is not None:
            if left := self.model_fields_set - _OF_DATA:
                raise ValueError(
                    f"data = {self.data!r} has its keys in [labels], and no {min(left)}"
                )
            return self
        if self.templates:
            self._check_templates()
            return self
        if not self.entry.containers:
            raise ValueError("a format needs templates, or [entry] with containers and begin")
        if ("row" in self.entry.containers) != (self.columns is not None):
            raise ValueError('[columns] and containers = ["row"] belong together')
        if self.columns is None and not self.entry.begin:
            raise ValueError("entry.begin needs at least one pattern")
        lacks_title = self.columns is None and not self.is_untitled
        if self.new is not None and lacks_title and "{title}" not in str(self.new.lines):
            raise ValueError("new.lines has no {title}")
        return self

    def _check_templates(self) -> None:
        free = {"name", "about", "rank", "fragments", "templates", "entry", "new"}
        left = self.model_fields_set - free
        entry = self.entry.model_fields_set - {"no_titles", "placeholders", "evidence", "loose"}
        new = self.new.model_fields_set & {"lines", "section", "cells"} if self.new else set()
        keys = [*left, *(f"entry.{key}" for key in entry), *(f"new.{key}" for key in new)]
        if keys:
            raise ValueError(f"templates take the place of {min(keys)}: a format has one of them")
        # Who writes `evidence = false` says that each entry is a paper.
        is_said = "evidence" in self.entry.model_fields_set
        for number, template in enumerate(self.templates):
            if not (is_said or template.slots & EVIDENCE):
                raise ValueError(
                    f"template {number} can't tell papers from other things: it needs one of"
                    f" {', '.join(sorted(EVIDENCE))}, or the format evidence in [entry]: true if"
                    " an entry must show that it is a paper, false if each one is"
                )

    @cached_property
    def patterns(self) -> tuple[TemplatePattern, ...]:
        """The templates, as they read."""
        return tuple(TemplatePattern(it, is_loose=self.entry.loose) for it in self.templates)

    @property
    def between(self) -> tuple[str, ...]:
        """The lines between two entries, if no neighbors show them."""
        rule = self.new
        if rule is None or not self.templates or "between" in rule.model_fields_set:
            return tuple(rule.between) if rule else ()
        match self.templates[0].container:
            case "item":
                return ()
            case "lines":
                return "", ""
            case _:
                return ("",)

    @cached_property
    def containers(self) -> tuple[ContainerName, ...]:
        """The containers of entries, each once."""
        return tuple(dict.fromkeys((*self.entry.containers, *self._template_containers)))

    @property
    def _template_containers(self) -> Iterator[ContainerName]:
        return (template.container for template in self.templates)

    @cached_property
    def by_container(self) -> Mapping[str, DigestFormat]:
        """What finds entries in each container: the format, of its templates those of it alone."""
        return {name: self._within(name) for name in self.containers}

    def _within(self, container: ContainerName) -> DigestFormat:
        # What is found out of templates is found once: 3 % of reading pages of all kinds.
        if len(set(self._template_containers)) < 2:
            return self
        templates = [one for one in self.templates if one.container == container]
        entry = self.entry.model_copy(update={"containers": [container]})
        # `model_copy` would also copy what has been found out of all templates.
        kept = {name: getattr(self, name) for name in DigestFormat.model_fields}
        kept |= {"templates": templates, "entry": entry}
        return DigestFormat.model_construct(self.model_fields_set, **kept)

    @cached_property
    def heads_name(self) -> str:
        """The name under which heads are kept: those of one container are not those of another."""
        return f"{self.name} {self.containers[0]}" if self.templates else self.name

    @cached_property
    def is_bare(self) -> bool:
        """Whether an entry may begin with a value: then only where nothing stands above it."""
        return any(not template.lines[0].begins_with_text for template in self.templates)

    @cached_property
    def heading_level(self) -> int:
        """The highest level of the templates that are headings, 0 if none is one."""
        markers = (it.marker for it in self.templates if it.container == "heading")
        return min((marker.count("#") for marker in markers), default=0)

    @cached_property
    def is_a_line(self) -> bool:
        """Whether each entry that begins with a value is one line: then such lines may adjoin.

        Not of general formats: to them any line of a paragraph would be one.
        """
        bare = (one for one in self.templates if not one.lines[0].begins_with_text)
        return not self.entry.evidence and all(len(one.lines) == 1 for one in bare)

    @cached_property
    def has_bullets_below(self) -> bool:
        """Whether the lines below a value that begins an entry may be list items of their own."""
        return self.is_bare and any(
            line.begins_with_bullet for one in self.templates for line in one.lines[1:]
        )

    @cached_property
    def reads_parts(self) -> bool:
        """Whether it takes apart what stands beside a title: what it finds needs no other judge."""
        return any(not PARTS.isdisjoint(pattern.names) for pattern in self.entry.begin)

    @cached_property
    def is_untitled(self) -> bool:
        """Whether its entries have no titles: they are known by their identifiers alone."""
        return self.data is None and "title" not in self.slots

    @cached_property
    def no_title(self) -> AnyOf:
        """What matches a text that is no title."""
        return AnyOf(self.entry.no_titles)

    @cached_property
    def line(self) -> AnyOf:
        """What matches a line below the first that one of the `lines` patterns does."""
        return AnyOf(self.lines)

    @property
    def has_sections(self) -> bool:
        """Whether an entry may hold named or folded sections."""
        return self.sections.quote is not None or self.sections.details or bool(self.details)

    @cached_property
    def begins(self) -> LineFinder:
        """What finds the lines in which an entry may begin."""
        # All of a loose template in one pattern is too much for RE2: it needs 100 times as long.
        sketches = [pattern.sketch for pattern in self.patterns]
        return LineFinder(sketches if self.entry.loose else self.begin)

    @cached_property
    def begin(self) -> Sequence[Pattern]:
        """The patterns one of which matches where an entry begins."""
        return [one.begin for one in self.patterns] if self.templates else self.entry.begin

    @cached_property
    def sketches(self) -> WhichOf:
        """What tells by which of its loose templates an entry may begin."""
        return WhichOf([pattern.sketch.text for pattern in self.patterns])

    @cached_property
    def open_titles(self) -> frozenset[int]:
        """The numbers of its loose templates with a title in the open."""
        numbered = enumerate(self.patterns)
        return frozenset(at for at, one in numbered if one.lines[0].has_open_title)

    # Each file states the names of a slot; a reader looks up the slot of a name.

    @cached_property
    def slots_by_label(self) -> dict[str, str]:
        """The slot of each label, folded."""
        return _by_name(self.labels)

    @cached_property
    def slots_by_summary(self) -> dict[str, str]:
        """The field that a `<details>` with this summary is, folded."""
        return _by_name(self.details)

    @cached_property
    def slots_by_section(self) -> dict[str, str]:
        """The field that a section of this name is, folded."""
        return _by_name(self.sections.names)

    @cached_property
    def slots_by_column(self) -> dict[str, str]:
        """The slot of each column, by its folded header; the names in the order of the file."""
        return _by_name(self.columns.names if self.columns else {})

    @cached_property
    def slots(self) -> frozenset[str]:
        """The names of all slots that the format can read."""
        by_name = (
            self.slots_by_label,
            self.slots_by_summary,
            self.slots_by_section,
            self.slots_by_column,
        )
        names = {slot for slots in by_name for slot in slots.values()}
        patterns = chain(self.entry.begin, self.lines, *self.cells.values(), *self.find.values())
        if self.sections.quote is not None or self.sections.details:
            names.add("section")
        if self.rest is not None:
            names.add(self.rest)
        if self.keys:
            names |= {*mapping.key_table().slots.values(), "section"}
        named = (*(pattern.names for pattern in patterns), *(one.slots for one in self.templates))
        return frozenset(names).union(*named)


_OF_DATA = frozenset({"name", "about", "rank", "data", "labels", "keys", "note"})
"""What a format of `data` may state."""


def _by_name(labels: Labels) -> dict[str, str]:
    return {label: slot for slot, names in labels.items() for label in names}


def note_rule(formats: Sequence[DigestFormat]) -> NoteRule | None:
    """Return what holds for a note of a vault that is read by `formats`; None for other files."""
    return formats[0].note if formats and formats[0].data == "note" else None


def load_format(path: Path, data: bytes | None = None) -> DigestFormat:
    """Read a format file, or the `data` that it held; raises `BadMapping` that names file, key and
    reason.
    """
    return mapping.load(path, DigestFormat, data)


Formats = tuple[DigestFormat, ...]

FileBytes = Mapping[Path, bytes | None]
"""What files hold; None for one that could not be read."""

NO_BYTES: FileBytes = {}


@cache
def builtin_formats() -> tuple[DigestFormat, ...]:
    """Return the formats shipped in `mappings/formats/`, by rank, then name."""
    return tuple(sorted(map(_builtin, _builtin_files()), key=lambda one: (one.rank, one.name)))


@cache
def _builtin_files() -> Mapping[str, Path]:
    """Return the files of the built-in formats by their names."""
    return {path.stem: path for path in sorted((mapping.folder() / "formats").glob("*.toml"))}


@cache
def _builtin(name: str) -> DigestFormat:
    return mapping.load(_builtin_files()[name], DigestFormat, context=_SHIPPED)


@cache
def data_formats() -> Mapping[DataKind, DigestFormat]:
    """Return the formats shipped for files that are no Markdown."""
    about = "papers in a list: title, authors, venue, year, url …"
    return {
        "json": DigestFormat(name="json", about=f"JSON with {about}", data="json"),
        "yaml": DigestFormat(name="yaml", about=f"YAML with {about}", data="yaml"),
        "note": DigestFormat(name="note", about="a file with the note of one paper", data="note"),
    }


class UnknownFormat(ZoterodigestError):
    """There is no format called `name`."""

    exit_code = 2

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(
            f"there is no format called {name}",
            f"Formats: {', '.join(known)}; or give the path of a format file, NAME{SUFFIX}.",
        )
        self.name = name


def available_formats(
    folders: Sequence[Path], known: FileBytes = NO_BYTES, data: DataKind | None = None
) -> Formats:
    """Return the formats to read a digest by: those in `folders` first, then the built-in ones.

    They are those of Markdown, or of `data`.

    Within each of the two they are sorted by rank, then name; a user's format replaces the
    built-in one of its name. `known` files are not read again. Raises `BadMapping` if one of the
    files is wrong.
    """
    # A user's formats read first: what they claim is hidden from the built-in ones.
    own = _own_formats(folders, known)
    names = {form.name for form in own}
    built_in = (data_formats()[data],) if data else builtin_formats()
    formats = (*own, *(form for form in built_in if form.name not in names))
    return tuple(form for form in formats if form.data == data)


def _own_formats(folders: Sequence[Path], known: FileBytes) -> list[DigestFormat]:
    loaded = (load_format(path, known.get(path)) for path in format_files(folders))
    return sorted(loaded, key=lambda one: (one.rank, one.name))


def choose_format(
    wanted: str, folders: Sequence[Path], known: FileBytes = NO_BYTES
) -> DigestFormat:
    """Return the one format that `wanted` means: a name, or the path of a format file."""
    if wanted.endswith(".toml"):
        return load_format(Path(wanted), known.get(Path(wanted)))
    own, data = _own_formats(folders, known), data_formats()
    if form := next((one for one in own if one.name == wanted), None):
        return form
    # No other built-in format is read: all of them take 40 ms.
    if wanted in _builtin_files():
        return _builtin(wanted)
    if form := next((one for one in data.values() if one.name == wanted), None):
        return form
    formats = (*own, *builtin_formats(), *data.values())
    raise UnknownFormat(wanted, dict.fromkeys(form.name for form in formats))
