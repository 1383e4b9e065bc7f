"""The command `export`: a bibliography of digests, of a library, or of a file of items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from io import BytesIO
from pathlib import Path

import typer

from zoterodigest.bibtex.cited.cited import Cited
from zoterodigest.bibtex.export.bib_style import bib_entries
from zoterodigest.bibtex.export.entry import BibEntry
from zoterodigest.bibtex.facts.rules import Style, bib_rules
from zoterodigest.bibtex.tex.latex import Dialect
from zoterodigest.bibtex.tiles.scanner import scan
from zoterodigest.cli.base.allowed_paths import keep_named
from zoterodigest.cli.base.completion import collections_like, tags_like
from zoterodigest.cli.base.options import FINE, Invocation, command, flag, option
from zoterodigest.cli.base.projects import open_library
from zoterodigest.cli.base.screen import counted, emit, emit_text, tell, visible
from zoterodigest.cli.base.talk import busy
from zoterodigest.cli.commands.bib_files import (
    Writing,
    add_to_bib,
    export_into,
    exported_keys,
    project_here,
    show_new_bib,
)
from zoterodigest.cli.commands.exported_items import items_in, items_of_digests
from zoterodigest.cli.show.bib_text import unsettable_text
from zoterodigest.cli.show.found_list import chosen_items
from zoterodigest.cli.show.library_list import ListWish, api_data
from zoterodigest.core.values.file_keys import names_bib
from zoterodigest.frozen import dataclass
from zoterodigest.library.item_json import Data, ItemJson
from zoterodigest.library.records.works import Reference, by_key, csl_text, references, to_entries
from zoterodigest.project.documents import read_cited
from zoterodigest.project.files import read_if_present


class Target(Enum):
    """The formats that `--to` knows."""

    BIBTEX = "bibtex"
    BIBLATEX = "biblatex"
    CSLJSON = "csljson"


class Order(Enum):
    """The orders that `--sort` knows."""

    DIGEST = "digest"
    KEY = "key"


_FLAGS = ("short_venues", "abstract", "note", "awards")
"""The options that are flags of a style, by the names they have there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOptions:
    """What to export and where to: "" means the project's files, "-" the screen."""

    output: str = option(
        "--output -o FILE", "The file to write; - prints it.", shown="the project's, else -"
    )
    target: Target | None = option("--to", "The format.", None, shown="bibtex; csljson for a .json")
    items: str = option(
        "--items FILE",
        "A JSON array of Zotero API items instead of a library; - reads standard input.",
    )
    tags: Sequence[str] = option(
        "--tag TAG", "Only items with this tag. Repeatable.", (), autocompletion=tags_like
    )
    collections: Sequence[str] = option(
        "--collection NAME",
        "Only items in this collection. Repeatable.",
        (),
        autocompletion=collections_like,
    )
    cited: Sequence[Path] = option(
        "--cited FILE",
        "Only what FILE cites: .tex, .aux, .bcf, .typ, .qmd or Pandoc's .md. Repeatable.",
        (),
    )
    order: Order | None = option("--sort", "The order.", None, shown="digest")
    short_venues: bool = flag("--short-venues", "Short venue names: CVPR.")
    abstract: bool = flag("--abstract", "Include abstracts.")
    note: bool = flag("--note", "Include comments.")
    awards: bool = flag("--awards", "Include awards, as notes.")
    add_only: bool | None = option(
        "--add-only/--update",
        "Only add entries, or also update those that export wrote.",
        None,
        shown="--update in a file that export made",
    )
    prune: bool = flag("--prune", "Remove unwanted entries that export wrote; not with --add-only.")
    may_overwrite: bool = flag("--overwrite", "Write the file anew; its content is lost.")

    @property
    def is_csl(self) -> bool:
        """Whether CSL JSON is meant, by its name or that of the file."""
        is_json = self.output.casefold().endswith(".json")
        return self.target is Target.CSLJSON or (self.target is None and is_json)

    @property
    def style(self) -> Mapping[str, bool]:
        """The flags of a style that are set."""
        return {name: True for name in _FLAGS if getattr(self, name)}

    @property
    def choices(self) -> Mapping[str, object]:
        """The choice of works and their form, by the names of the rules of a .bib."""
        named = {
            "to": Target.CSLJSON.value if self.is_csl else self.target and self.target.value,
            "sort": self.order and self.order.value,
            "tags": self.tags,
            "collections": self.collections,
            "cited": tuple(str(path.absolute()) for path in self.cited),
        }
        return {**self.style, **{name: chosen for name, chosen in named.items() if chosen}}

    @property
    def rules(self) -> Mapping[str, object]:
        """The rules that options set, by name; they override those of the configuration."""
        asked = {**self.choices, **({"prune": True} if self.prune else {})}
        return asked if self.add_only is None else {**asked, "add_only": self.add_only}


@command(
    "files output target items tags collections cited order short_venues abstract note awards"
    " address format_name add_only prune may_overwrite is_dry_run is_agreed"
)
def export(wanted: ExportOptions, asked: Invocation) -> int:
    """Write a bibliography: BibTeX, biblatex or CSL JSON.

    With DIGEST, export writes the entries of these digests. It then needs no library and no
    project. Without DIGEST it writes the library's items. Without -o it updates the .bib files of
    zoterodigest.toml. In an existing .bib it changes only entries that an export of this project
    wrote, and only fields that nobody edited since. In any other .bib it only adds entries.
    --overwrite shows what goes and asks; `undo` brings it back. Citation keys are the items' own.
    If an item has none, zoterodigest makes one from author, title and year.

    \b
    Examples:
      zoterodigest export
      zoterodigest export papers.md -o refs.bib
      zoterodigest export --to biblatex --tag task:inpainting
      zoterodigest export papers.md -o refs.bib --cited main.tex
      zoterodigest export --items items.json --to csljson -o -
    """
    _require_clear(wanted, asked)
    writing = Writing(asked, wanted.may_overwrite)
    may_be_all = not wanted.output and not wanted.choices
    workspace = None
    # Digests and a file of items need no project, not even a readable one.
    if not asked.files and not wanted.items:
        workspace = project_here(asked.address, wanted.output, may_be_all=may_be_all)
    # A project updates .bib files only; CSL JSON is always written whole.
    if workspace is not None and not wanted.is_csl:
        if may_be_all and workspace.bibs:
            return export_into(workspace, workspace.bibs, wanted.rules, writing)
        if names_bib(wanted.output):
            bib = workspace.project.bib_file(Path(wanted.output))
            code = export_into(workspace, [bib], wanted.rules, writing)
            if not asked.is_dry_run:
                keep_named(workspace.project, bib.path)
            return code
        if wanted.output in ("", "-"):
            return show_new_bib(workspace, wanted.rules)
    found = _references(wanted, asked, *exported_keys(workspace))
    _write(by_key(found) if wanted.order is Order.KEY else found, wanted, writing)
    return FINE


def _require_clear(wanted: ExportOptions, asked: Invocation) -> None:
    """Raise `BadParameter` for options that do not go together."""
    if asked.files and wanted.items:
        raise typer.BadParameter("give digests or --items, not both")
    if not asked.files and not wanted.items:
        return
    if wanted.collections:
        raise typer.BadParameter("--collection is for a library")
    if wanted.add_only is not None or wanted.prune:
        raise typer.BadParameter(
            "--add-only, --update and --prune are for a library: of digests entries are only added;"
            " --overwrite writes the file anew"
        )


def _references(
    wanted: ExportOptions, asked: Invocation, keys: Mapping[str, str], formula: str
) -> tuple[Reference, ...]:
    """Return the works to export: from digests, from a file of items, or from the library.

    `keys` are the citation keys that earlier exports gave, by item; `formula` makes new ones.
    """
    items: Iterable[Data]
    if asked.files:
        items = items_of_digests(asked)
    elif wanted.items:
        items = items_in(Path(wanted.items))
    else:
        with open_library(asked.address) as library, busy("Reading the library"):
            snapshot = library.read()
        items = (api_data(item) for item in chosen_items(snapshot, ListWish(wanted.collections)))
    # One by one: what an item's JSON holds beyond the work is not kept.
    tagged = (data for data in items if {*wanted.tags} <= {*ItemJson(data).tags})
    with busy("Reading digests" if asked.files else "Reading items"):
        return references(tagged, bib_rules(), formula=formula, fixed=keys)


def _write(found: tuple[Reference, ...], wanted: ExportOptions, writing: Writing) -> None:
    """Write a bibliography into the file that is named, or to standard output if none is.

    An existing .bib gains the entries it lacks, or is replaced if that is allowed; one that says
    the same already stays as it is.
    """
    output = wanted.output or "-"
    dialect = Dialect.BIBLATEX if wanted.target is Target.BIBLATEX else Dialect.BIBTEX
    style = Style(dialect, **wanted.style)
    present = None if output == "-" else read_if_present(Path(output))
    # What is cited is chosen by citation key, so the keys come first.
    if wanted.cited:
        cited = read_cited(wanted.cited)
        tell(_missing(cited, found, present or b""))
        found = tuple(one for one in found if cited.cites_all or one.key.text in cited.keys)
    unsettable: list[str] = []
    entries = _entries(found, style, unsettable)
    texts = iter([csl_text(found, style, bib_rules())]) if wanted.is_csl else bib_entries(entries)
    if output == "-":
        emit_text("".join(texts))
    elif present and names_bib(output) and not (wanted.is_csl or writing.may_overwrite):
        add_to_bib(Path(output), present, tuple(entries), writing)
    else:
        writing.replace(Path(output), _encoded(texts), present, **_OTHER_CONTENT)
        emit([f"{visible(output)}: {counted(len(found), 'entry')}"])
        if provisional := sum(each.key.is_provisional for each in found):
            keys = counted(provisional, "key is", "keys are")
            emit([f"{keys} provisional: authors or the year are missing, or are user names"])
        emit(writing.nothing_written())
    tell(_warnings(found))
    tell(unsettable_text(unsettable))


_OTHER_CONTENT = {
    "reason": "there is a file already, and what it holds is something else",
    "hint": "Give another name, or --overwrite to replace it; entries are added to a .bib only.",
}


def _entries(found: Iterable[Reference], style: Style, unsettable: list[str]) -> Iterator[BibEntry]:
    """Yield the entries of works, and put the characters that pdflatex has not in `unsettable`."""
    for entry in to_entries(found, style, bib_rules()):
        if entry.unsettable:
            unsettable.append(entry.unsettable)
        yield entry


def _encoded(texts: Iterable[str]) -> bytes:
    """Return a file's text as bytes, without a copy of all of it as text."""
    data = BytesIO()
    data.writelines(text.encode("utf-8", "replace") for text in texts)
    return data.getvalue()


def _missing(cited: Cited, found: Iterable[Reference], present: bytes) -> Iterator[str]:
    """Yield the cited keys that neither a work nor the existing file has."""
    bibliography = scan(present)
    known = {reference.key.text for reference in found}
    known.update(bibliography.key(entry) for entry in bibliography.entries)
    for citation in cited.citations:
        if citation.key not in known:
            known.add(citation.key)
            place = f"{citation.at.file}:{citation.at.line}"
            yield visible(f"{place}: no work has the key {citation.key}")


def _warnings(found: tuple[Reference, ...]) -> Iterator[str]:
    """Yield the keys that had to change."""
    for each in found:
        if each.key.stated:
            yield (
                f"{visible(each.key.text)} replaces the key {visible(each.key.stated)}, which"
                " another work has, or which has characters that no .bib can hold"
            )
