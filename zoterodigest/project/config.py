"""The configuration `zoterodigest.toml`: which digests go with which library, and by what rules."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    ValidationError,
    model_validator,
)

from zoterodigest.core.values.file_keys import names_bib
from zoterodigest.core.values.file_names import FILE_PLACEHOLDERS
from zoterodigest.core.values.record import KINDS, SECTION
from zoterodigest.digest.format.own_files import data_kind
from zoterodigest.errors import ZoterodigestError
from zoterodigest.library.address import EmbeddedAddress, parse_address
from zoterodigest.mapping import reason_in_toml
from zoterodigest.project.files import CONFIG_FILE as CONFIG_FILE
from zoterodigest.project.files import read_file
from zoterodigest.regex import lazy_regex

DEFAULT_LIBRARY_FILE = ".zoterodigest/library.sqlite"
DEFAULT_LIBRARY = EmbeddedAddress(DEFAULT_LIBRARY_FILE).text
SECTIONS = "sections"
"""In a list of fields: every named section."""

PLACEHOLDERS = ("year", "month", "day", "name")
PLACEHOLDER = lazy_regex(r"\{(" + "|".join(PLACEHOLDERS) + r")\}")
FOLDER = "{folder}"
"""In the name of a collection: the folders of a file below that of its `[[digest]]`."""
_AT_LINE = lazy_regex(r" \(at line (\d+), column (\d+)\)$")


class BadConfiguration(ZoterodigestError):
    """The configuration at `path` is wrong at `key` (dotted; empty for the file) for `reason`."""

    exit_code = 12

    def __init__(self, path: Path, key: str, reason: str, *, position: str = "") -> None:
        place = f"{path}{position}" + (f": {key}" if key else "")
        super().__init__(f"{place}: {reason}", "Correct the file and run the command again.")
        self.path = path
        self.key = key
        self.reason = reason


def _field_names(value: object) -> object:
    """Refuse what is no selection in one sentence, where pydantic would tell of each kind."""
    if isinstance(value, bool):
        return value
    if not isinstance(value, list | tuple):
        raise ValueError("give true, false or a list of fields")
    return tuple(_field_name(str(name)) for name in value)


def _field_name(name: str) -> str:
    if name not in KINDS and name != SECTIONS and not name.startswith(SECTION):
        raise ValueError(_unknown("field", name, [*KINDS, SECTIONS]))
    return name


def _pattern(value: str) -> str:
    if re.search(r"[{}]", PLACEHOLDER.sub("", value)):
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise ValueError(f"braces stand only in {known}")
    return value


def _collection(value: str) -> str:
    try:
        _pattern("/".join(level for level in value.split("/") if level != FOLDER))
    except ValueError as error:
        raise ValueError(f"{error}, and {FOLDER} is a level of its own") from None
    return value


def _path(value: str) -> str:
    if not value.strip() or "\0" in value:
        raise ValueError("a path is expected")
    return value


def _bib_path(value: str) -> str:
    if not names_bib(_path(value)):
        raise ValueError("the name of a bibliography ends in .bib")
    return value


def _new_file(value: str) -> str:
    named = re.findall(r"\{(\w*)\}", value)
    if not named or not {*named} <= FILE_PLACEHOLDERS or not value.endswith(".md"):
        known = ", ".join(f"{{{name}}}" for name in sorted(FILE_PLACEHOLDERS))
        raise ValueError(f"a name that ends in .md, with any of {known}, is expected")
    if re.search(r"[/\\]", value):
        raise ValueError("new files come into the vault's folder: give a name without a folder")
    return value


def _dated(value: str) -> str:
    if "{name}" in value or re.search(r"[{}]", PLACEHOLDER.sub("", value)):
        raise ValueError("braces stand only in {year}, {month}, {day}")
    names = set(PLACEHOLDER.findall(value))
    if names and ("year" not in names or names == {"year", "day"}):
        raise ValueError("a date has a year, and a month before its day")
    return value


def _feed_path(value: str) -> str:
    if "*" in _path(value):
        raise ValueError("a feed goes into one digest; for one a day write {year}-{month}-{day}")
    return _dated(value)


def _words(value: str) -> str:
    if not any(map(str.isalnum, value)):
        raise ValueError("a word is expected")
    return value


def _category(value: str) -> str:
    from zoterodigest.lookup.arxiv import query_of

    if not query_of([value]):
        raise ValueError(f"{value} is no category of arXiv, as cs.CV or cs.* are")
    return value


def _understood(value: str, parse: Callable[[str], object]) -> str:
    """Return `value` if `parse` takes it; what that says of another one is the reason."""
    try:
        parse(value)
    except ZoterodigestError as error:
        raise ValueError(f"{error}. {error.hint}") from error
    return value


def _library(value: str) -> str:
    return _understood(value, parse_address)


def _service(value: str) -> str:
    is_local = re.match(r"http://(127\.0\.0\.1|\[::1\]|localhost)[:/]", value)
    if value and not is_local and not value.startswith("https://"):
        raise ValueError('an address begins with https://, and "" leaves the source out')
    return value


# What takes long to import and is rarely asked is imported where it is asked.
def _annotation_template(value: str) -> str:
    from zoterodigest.digest.annotations.templates import parse_annotation_template

    return _understood(value, parse_annotation_template)


def _formula(value: str) -> str:
    from zoterodigest.bibtex.keys import parse_formula

    return _understood(value, parse_formula)


Selection = Annotated[bool | tuple[str, ...], BeforeValidator(_field_names)]
"""Which fields are propagated: all, none, or those named."""

FieldName = Annotated[str, AfterValidator(_field_name)]
PathText = Annotated[str, AfterValidator(_path)]
Service = Annotated[str, AfterValidator(_service)]
Pattern = Annotated[str, Field(min_length=1), AfterValidator(_pattern)]


class _ConfigTable(BaseModel):
    # Unknown keys are refused: a misspelled one would silently do nothing.
    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True, populate_by_name=True)


class NewFileRules(_ConfigTable):
    """`[digest.new]` of a vault: how a new file is called, and what stands in it."""

    file: Annotated[str, AfterValidator(_new_file)] = "@{citekey}.md"
    template: PathText | None = None
    """A file with `{{title}}` and the like; None: new files are like those around them."""


class DigestRules(_ConfigTable):
    """One `[[digest]]`: a file, or every file that a pattern with `*` matches."""

    path: PathText
    name: Pattern = "{name}"
    """What people call it: heads its notes and names its collection; `{name}` is the file's."""
    format: Annotated[str, Field(min_length=1)] | None = None
    """The name of its format, or None: it is recognised."""
    entry: Literal["part", "file"] = "part"
    """What an entry is: a part of the file, or each file as a whole, as in a vault of notes."""
    sections: tuple[Annotated[str, AfterValidator(_words)], ...] = ()
    """In a vault: only the text under these headings is synced; none named: all that is not
    generated."""
    private: tuple[Annotated[str, AfterValidator(_words)], ...] = ()
    """In a vault: the text under these headings, and under "Private", never leaves the file."""
    tags: StrictBool = False
    """In a vault: whether the tags of its files are synced with those of items."""
    body: StrictBool | None = None
    """In a vault: whether its text goes to the library; None: unless that is a group's."""
    new: NewFileRules | None = None
    """In a vault: how new files are made; None: they are not."""
    annotations: StrictBool = False
    """Whether each entry shows the annotations of its paper, one way."""
    annotation_template: Annotated[str, AfterValidator(_annotation_template)] | None = None
    """How one annotation is written; None: as a quote, in a vault as a callout."""
    push: Selection = True
    pull: Selection = True
    collection: Annotated[str, AfterValidator(_collection)] | None = None
    """Where its collection stands, `/` between levels; None: at the top, by its name. The level
    `{folder}` is that of the file's folders."""
    headings: StrictBool = True
    """Whether its headings become subcollections."""
    when_dropped: Literal["keep", "archive", "trash"] = "keep"
    """What becomes of the item of an entry that left: nothing, its Archive, or the trash."""
    when_trashed: Literal["keep", "remove"] = "keep"
    """What becomes of the entry of an item in the trash: nothing, or it goes as well."""
    notes: Literal["off", "tagged", "all"] = "off"
    """Which notes of the person's own come into the digest: none, tagged `publish`, or all."""

    @model_validator(mode="after")
    def _are_of_notes(self) -> DigestRules:
        for name in ("sections", "private", "tags", "body", "new"):
            if not self.is_vault and name in self.model_fields_set:
                raise ValueError(f'{name} is for a vault: set entry = "file" as well')
        return self

    @model_validator(mode="after")
    def _has_place_for_annotations(self) -> DigestRules:
        if self.annotations and data_kind(self.path):
            raise ValueError("annotations have no place in JSON or YAML: remove `annotations`")
        return self

    @model_validator(mode="after")
    def _keeps_files(self) -> DigestRules:
        rules = {"when_trashed": self.when_trashed, "when_dropped": self.when_dropped}
        for name, rule in rules.items():
            if self.is_vault and rule != "keep":
                raise ValueError(
                    f'{name} = "{rule}" does nothing with entry = "file": zoterodigest never'
                    " deletes a file, and a file that is away removes no item"
                )
        return self

    @property
    def is_vault(self) -> bool:
        """Whether each file is one entry."""
        return self.entry == "file"


class BibliographyRules(_ConfigTable):
    """One `[[bibliography]]`: a .bib that is exported into, and may be edited as well."""

    path: Annotated[str, AfterValidator(_bib_path)]
    to: Literal["bibtex", "biblatex"] = "bibtex"
    push: Selection = False
    """Which fields, edited in the .bib, go to the library: all, none, or those named."""
    pull: Selection = False
    """Which fields, edited elsewhere, go into entries of the .bib that are not ours."""
    items: Literal["digests", "library"] = "digests"
    """Which works stand in it: those linked with entries of digests, or all of the library."""
    collections: tuple[str, ...] = ()
    """Only works in any of these collections, each a path of names or a key."""
    tags: tuple[str, ...] = ()
    """Only works with all of these tags."""
    cited: tuple[PathText, ...] = ()
    """Only works that any of these documents cites."""
    sort: Literal["digest", "key"] = "digest"
    short_venues: StrictBool = False
    abstract: StrictBool = False
    note: StrictBool = False
    awards: StrictBool = False
    add_only: StrictBool | None = None
    """Whether entries are only added; None: in a file that no export made."""
    prune: StrictBool = False
    """Whether exported entries whose work is no longer chosen are removed."""


class ZoteroRules(_ConfigTable):
    """`[zotero]`: what an item carries besides the record."""

    links: Literal["attachments", "extra", "off"] = "attachments"
    categories: StrictBool = False
    marks: StrictBool = False
    """Whether a star and a checked box beside a title become tags."""


class FormatRules(_ConfigTable):
    """`[formats]`: folders with formats of one's own."""

    folders: tuple[PathText, ...] = ()


class SyncRules(_ConfigTable):
    """`[sync]`: what decides where both ends of a link changed."""

    prefer: dict[FieldName, Literal["markdown", "zotero", "bib"]] = {}
    """The end that holds for a field, instead of a conflict."""
    hold: Annotated[int, Field(ge=0, le=86_400)] = 10
    """For how many seconds a file of a vault is left alone after it changed; 0: not at all."""
    merge_tool: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """The program that `resolve` may run, and its arguments; two or three files follow."""


class CitekeyRules(_ConfigTable):
    """`[citekeys]`: how new citation keys are made."""

    formula: Annotated[str, Field(min_length=1), AfterValidator(_formula)] | None = None
    """Terms and filters as in Better BibTeX; None: `bibtex.toml` has one."""


class LookupRules(_ConfigTable):
    """`[lookup]`: what is looked up about papers, and by which services.

    Each may be named by its address; None is the service's own, an empty one leaves it out.
    """

    on_push: StrictBool = True
    """Whether a push looks up the papers whose items it creates."""
    mailto: str = ""
    """The address that services may write to; they see it, so it is empty unless it is set."""
    days: Annotated[int, Field(ge=0, le=3650)] = 30
    """For how many days an answer is taken as it is."""
    arxiv: Service | None = None
    crossref: Service | None = None
    dblp: Service | None = None
    semantic_scholar: Service | None = None


class FeedRules(_ConfigTable):
    """One `[[feed]]`: which new papers of arXiv come into a digest.

    Categories and keywords narrow each other; of each, any one is enough.
    """

    digest: Annotated[str, AfterValidator(_feed_path)]
    """A digest, or with {year}, {month} and {day} a new one for each day or month."""
    name: Annotated[str, Field(min_length=1)] | None = None
    """What the command calls it; None: what `digest` says."""
    categories: tuple[Annotated[str, AfterValidator(_category)], ...] = ()
    keywords: tuple[Annotated[str, AfterValidator(_words)], ...] = ()
    """Words or phrases, one of which title, abstract or comment must have."""
    exclude: tuple[Annotated[str, AfterValidator(_words)], ...] = ()
    """Words or phrases, none of which they may have."""
    section: Annotated[str, Field(min_length=1), AfterValidator(_dated)] | None = None
    """The heading of new entries, dated for a new one each day; None: as the digest has it."""
    maximum: Annotated[int, Field(ge=1, le=2_000)] = 100
    """The most papers that one run adds."""
    order: Literal["newest", "oldest"] = "newest"
    """Which of a run's papers stands first."""

    @model_validator(mode="after")
    def _asks_for_something(self) -> FeedRules:
        if not self.categories and not self.keywords:
            raise ValueError("a feed needs categories, keywords, or both")
        return self

    @property
    def called(self) -> str:
        """What people call it."""
        return self.name or self.digest


class Configuration(_ConfigTable):
    """All of `zoterodigest.toml`; paths are relative to its folder."""

    library: Annotated[str, AfterValidator(_library)] = DEFAULT_LIBRARY
    lock: PathText = "zoterodigest.lock"
    digests: tuple[DigestRules, ...] = Field(default=(), alias="digest")
    bibliographies: tuple[BibliographyRules, ...] = Field(default=(), alias="bibliography")
    feeds: tuple[FeedRules, ...] = Field(default=(), alias="feed")
    zotero: ZoteroRules = ZoteroRules()
    sync: SyncRules = SyncRules()
    formats: FormatRules = FormatRules()
    citekeys: CitekeyRules = CitekeyRules()
    lookup: LookupRules = LookupRules()


def selects(selection: Selection, name: str) -> bool:
    """Tell whether the field called `name` is among those that are propagated."""
    if isinstance(selection, bool):
        return selection
    return name in selection or (name.startswith(SECTION) and SECTIONS in selection)


def load_configuration(path: Path) -> Configuration:
    """Read the configuration at `path`; raise `BadConfiguration` for whatever is wrong in it."""
    try:
        tables = tomllib.loads(_text(path))
    except (ValueError, RecursionError) as error:  # also a number of thousands of digits
        raise _syntax_error(path, str(error)) from error
    try:
        return Configuration.model_validate(tables)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise BadConfiguration(path, _dotted(first["loc"]), _reason(first)) from error


def _text(path: Path) -> str:
    data = read_file(path).data
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        position = f":{line}:{column}"
        raise BadConfiguration(path, "", "it is no UTF-8", position=position) from error


def _syntax_error(path: Path, message: str) -> BadConfiguration:
    found = _AT_LINE.search(message)
    position = ":{}:{}".format(*found.groups()) if found else ""
    return BadConfiguration(path, "", _AT_LINE.sub("", message), position=position)


def _dotted(location: Iterable[int | str]) -> str:
    """Return a key as a person counts: `digest[2].push` is of the second digest."""
    parts = (f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in location)
    return "".join(parts).removeprefix(".")


def _reason(error: Any) -> str:  # pydantic's ErrorDetails, a TypedDict of pydantic_core
    match error["type"]:
        case "extra_forbidden":
            return _misplaced(str(error["loc"][-1]), [str(part) for part in error["loc"][:-1]])
        case "string_too_short":
            return "it is empty"
        case "tuple_type" if error["loc"][-1] in _LISTS:
            return f"it should be a table for each, below [[{error['loc'][-1]}]]"
        case "model_type" if error["loc"][-1] in _TABLES:
            return f"it should be a table, below [{error['loc'][-1]}]"
        case _:
            return reason_in_toml(error)


def _misplaced(name: str, table: list[str]) -> str:
    """Return that there is no such key here, and where there is one."""
    for home, model in _TABLES.items():
        if name in model.model_fields and [home] != table:
            return f'"{name}" belongs in [{home}]'
    for home, model in _LISTS.items():
        if name in model.model_fields and home not in table:
            return f'"{name}" belongs in [[{home}]]'
    return _unknown("key", name, _known_keys())


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    meant = get_close_matches(name, known, n=1)
    question = f" (is {meant[0]} meant?)" if meant else ""
    return f"there is no {what} {json.dumps(name, ensure_ascii=False)}{question}"


_TABLES: dict[str, type[BaseModel]] = {
    "zotero": ZoteroRules,
    "sync": SyncRules,
    "formats": FormatRules,
    "citekeys": CitekeyRules,
    "lookup": LookupRules,
}
_LISTS: dict[str, type[BaseModel]] = {
    "digest": DigestRules,
    "bibliography": BibliographyRules,
    "feed": FeedRules,
}


def _known_keys() -> list[str]:
    tables: list[type[BaseModel]] = [Configuration, *_LISTS.values(), *_TABLES.values()]
    return [field.alias or name for one in tables for name, field in one.model_fields.items()]
