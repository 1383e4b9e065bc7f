"""The run of `export`: a bibliography of digests, of a library, or of a file of items."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import typer

from zoterodigest.bibtex.cited.cited import Cited
from zoterodigest.bibtex.export.manner import write_bib
from zoterodigest.bibtex.facts.rules import bib_rules
from zoterodigest.bibtex.facts.style import Style
from zoterodigest.bibtex.tex.latex import Dialect
from zoterodigest.bibtex.tiles.scanner import scan
from zoterodigest.cli.base.invocation import Invocation
from zoterodigest.cli.base.places import open_library
from zoterodigest.cli.base.screen import counted, emit, emit_text, tell, visible
from zoterodigest.cli.commands.bib_additions import add_to_bib
from zoterodigest.cli.commands.export import ExportOptions, Order, Target
from zoterodigest.cli.commands.project_export import (
    export_all,
    export_into,
    known_keys,
    project_here,
    show,
)
from zoterodigest.cli.commands.writing_over import Writing
from zoterodigest.cli.show.bib_text import unsettable_text
from zoterodigest.cli.show.library_list import api_data, select
from zoterodigest.core.values.file_keys import names_bib
from zoterodigest.core.values.record import Names
from zoterodigest.core.works.catalogue import Catalogue
from zoterodigest.core.works.work import work_of
from zoterodigest.digest.read.detect import read_document
from zoterodigest.foreign import OBJECTS, BadJson, read_json_as
from zoterodigest.library.item_json import Data, ItemJson
from zoterodigest.library.records.items import new_item
from zoterodigest.library.records.works import (
    Reference,
    by_key,
    csl_text,
    references,
    to_entries,
    with_unnamed_authors,
)
from zoterodigest.library.records.zotero import zotero_mapping
from zoterodigest.project.citing import read_cited
from zoterodigest.project.digests import formats_for, read_digest
from zoterodigest.project.files import (
    BadInput,
    CannotWrite,
    read_file,
    read_if_present,
)
from zoterodigest.sync.gathering.workspace import Workspace


@dataclass(frozen=True, slots=True)
class FromLibrary:
    """The live items of the library at `address`, in any of `collections` if some are named.

    `keys` are the citation keys that earlier exports gave, by item; `formula` makes new ones.
    """

    address: str
    collections: tuple[str, ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict)
    formula: str = ""


@dataclass(frozen=True, slots=True)
class FromDigests:
    """The entries of digests, read by one format if it is named."""

    paths: tuple[Path, ...]
    format_name: str = ""


@dataclass(frozen=True, slots=True)
class FromFile:
    """The Zotero API items in a JSON file; "-" is standard input."""

    path: Path


Source = FromLibrary | FromDigests | FromFile


def run(wanted: ExportOptions, asked: Invocation) -> int:
    """Export as a project does where one is meant, else write a bibliography; return the code."""
    _require_clear(wanted, asked)
    writing = Writing(asked, wanted.may_overwrite)
    workspace = None
    if not asked.files and not wanted.items:
        may_be_all = not wanted.output and not wanted.choices
        workspace = project_here(asked.address, wanted.output, may_be_all=may_be_all)
    if workspace is not None and not wanted.is_csl:
        if not wanted.output and not wanted.choices and workspace.bibs:
            return export_all(workspace, wanted.rules, writing)
        if names_bib(wanted.output):
            return export_into(workspace, Path(wanted.output), wanted.rules, writing)
        if wanted.output in ("", "-"):
            return show(workspace, wanted.rules)
    export(_source(wanted, asked, workspace), wanted, writing)
    return 0


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


def _source(wanted: ExportOptions, asked: Invocation, workspace: Workspace | None) -> Source:
    if asked.files:
        return FromDigests(asked.files, asked.format_name)
    if wanted.items:
        return FromFile(Path(wanted.items))
    return FromLibrary(asked.address, wanted.collections, *known_keys(workspace))


def _style(wanted: ExportOptions) -> Style:
    dialect = Dialect.BIBLATEX if wanted.target is Target.BIBLATEX else Dialect.BIBTEX
    return Style(dialect, **dict.fromkeys(wanted.style, True))


def export(source: Source, wanted: ExportOptions, writing: Writing) -> None:
    """Write a bibliography into the file that is named, or to standard output if none is.

    A .bib that stands there gains the entries it has not, or is replaced if that is allowed; one
    that says the same already is left alone.
    """
    output, style = wanted.output or "-", _style(wanted)
    items = [data for data in _items(source) if {*wanted.tags} <= {*ItemJson(data).tags}]
    found = _references(source, items)
    if wanted.order is Order.KEY:
        found = by_key(found)
    present = None if output == "-" else read_if_present(Path(output))
    if wanted.cited:
        cited = read_cited(wanted.cited)
        tell(_missing(cited, found, present or b""))
        found = tuple(one for one in found if cited.cites_all or one.key.text in cited.keys)
    entries = () if wanted.is_csl else to_entries(found, style, bib_rules())
    text = csl_text(found, style, bib_rules()) if wanted.is_csl else write_bib(entries)
    if output == "-":
        emit_text(text)
    elif present and names_bib(output) and not (wanted.is_csl or writing.may_overwrite):
        add_to_bib(Path(output), present, entries, writing)
    else:
        _replace(Path(output), text, present, writing)
        emit([f"{visible(output)}: {counted(len(found), 'entry', 'entries')}"])
        emit(_provisional(found))
        emit(writing.nothing_written())
    tell(_warnings(found))
    tell(unsettable_text([entry.unsettable for entry in entries if entry.unsettable]))


def _references(source: Source, items: Iterable[Data]) -> tuple[Reference, ...]:
    if isinstance(source, FromLibrary):
        return references(items, bib_rules(), formula=source.formula, fixed=source.keys)
    return references(items, bib_rules())


def _items(source: Source) -> Iterable[Data]:
    match source:
        case FromLibrary(address, collections):
            with open_library(address, Path()) as library:
                snapshot = library.read()
            return [api_data(item) for item in select(snapshot, collections, ()).items]
        case FromDigests():
            return list(_items_of_digests(source))
        case FromFile(path):
            return list(_items_in(path))


def _items_of_digests(source: FromDigests) -> Iterator[Data]:
    """Yield an item for each work of the digests; a work that stands in several once."""
    zotero = zotero_mapping()
    seen = Catalogue()
    for path in source.paths:
        formats = formats_for(path, source.format_name)
        document = read_document(path.name, read_digest(path).data, formats, zotero.venues)
        for entry in document.core_entries():
            work = work_of(entry)
            # A work that may be one of those before comes once, as a push makes one item of it.
            if (work.title or work.identifiers) and not seen.holds(work):
                authors, data = entry.fields.get("authors"), new_item(entry.fields, zotero)
                is_cut = isinstance(authors, Names) and authors.truncated
                yield with_unnamed_authors(data) if is_cut else data
            seen.add(f"{path}:{entry.place.start_line}", work)


def _items_in(path: Path) -> Iterator[Data]:
    source = sys.stdin.buffer.read() if str(path) == "-" else read_file(path).data
    hint = 'Give an array of Zotero API items: [{"itemType": "journalArticle", …}].'
    try:
        items = read_json_as(OBJECTS, source)
    except BadJson as error:
        raise BadInput(path, error.reason, hint, position=error.position) from error
    for item in items:
        data = item.get("data", item)
        if isinstance(data, dict) and not ItemJson(data).is_trashed:
            yield data


def _missing(cited: Cited, found: Iterable[Reference], present: bytes) -> Iterator[str]:
    """Yield the keys that are cited, are no work's, and do not stand in the file either."""
    bibliography = scan(present)
    known = {reference.key.text for reference in found}
    known.update(bibliography.key(entry) for entry in bibliography.entries)
    for citation in cited.citations:
        if citation.key not in known:
            known.add(citation.key)
            place = f"{citation.at.file}:{citation.at.line}"
            yield visible(f"{place}: no work has the key {citation.key}")


def _replace(path: Path, text: str, present: bytes | None, writing: Writing) -> None:
    data = text.encode("utf-8", "replace")
    if present == data:
        return
    if present and not writing.may_overwrite:
        raise CannotWrite(
            path,
            "there is a file already, and what it holds is something else",
            "Give another name, or --overwrite to replace it; entries are added to a .bib only.",
        )
    writing.require_agreement(str(path), present or b"", data)
    writing.write(path, data, present)


def _provisional(found: tuple[Reference, ...]) -> Iterator[str]:
    provisional = sum(1 for each in found if each.key.is_provisional)
    if provisional:
        are = "key is" if provisional == 1 else "keys are"
        yield (
            f"{provisional:,} {are} provisional: authors or the year are missing, or are user names"
        )


def _warnings(found: tuple[Reference, ...]) -> Iterator[str]:
    """Yield the keys that had to change."""
    for each in found:
        if each.key.stated:
            yield (
                f"{visible(each.key.text)} stands for the key {visible(each.key.stated)}, which is"
                " another work's or holds signs that no .bib can"
            )
