"""Pieces of work that are measured inside a process, after its imports: ours and those of rivals.

`python -m benchmarks.pieces NAME ARGUMENT...` prints seconds of CPU and of wall clock, and a count.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable, Sequence
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Work = Callable[[], int]
"""What is measured; it returns how many records it handled."""


def reading(*paths: str) -> Work:
    """Read digests, and every field of every entry as `inspect --json` prints them."""
    from zoterodigest.digest.format.format import available_formats
    from zoterodigest.digest.read import report
    from zoterodigest.digest.read.detect import read_document
    from zoterodigest.mapping import venue_table

    sources, formats, venues = _bytes(paths), available_formats([]), venue_table()

    def work() -> int:
        documents = [read_document("digest.md", one, formats, venues) for one in sources]
        return len([report.entry_json(entry) for one in documents for entry in one.entries])

    return work


def reading_again(*paths: str) -> Work:
    """Read digests that the cache of a project knows, as `inspect --json` does."""
    from zoterodigest.cli.show.encoder import json_text
    from zoterodigest.cli.show.inspection import digests_data, inspect_digests

    digests = list(map(Path, paths))

    def work() -> int:
        found = inspect_digests(digests, "", as_json=True)
        return len(json_text(digests_data(found)).splitlines())

    work()  # it imports what reads digests, and keeps the readings
    return work


def markdown_it(*paths: str) -> Work:
    """Parse digests as CommonMark with tables, by markdown-it-py."""
    from markdown_it import MarkdownIt

    parser, texts = MarkdownIt("commonmark").enable("table"), list(map(_text, paths))
    return lambda: sum(len(parser.parse(text)) for text in texts)


def mistune(*paths: str) -> Work:
    """Parse digests with tables, by mistune."""
    import mistune

    parser = mistune.create_markdown(renderer=None, plugins=["table"])
    texts = list(map(_text, paths))
    return lambda: sum(len(parser(text)) for text in texts)


def _bytes(paths: Sequence[str]) -> list[bytes]:
    return [Path(path).read_bytes() for path in paths]


def _text(path: str) -> str:
    return Path(path).read_text("utf-8", "replace")


def export(path: str, dialect: str = "bibtex") -> Work:
    """Export items: citation keys, venues, types, LaTeX."""
    from zoterodigest.bibtex.facts.rules import Style, bib_rules
    from zoterodigest.bibtex.tex.latex import Dialect
    from zoterodigest.library.records.works import bib_text, references

    items, rules = json.loads(_text(path)), bib_rules()
    style = Style(Dialect(dialect), abstract=any("abstractNote" in one for one in items))

    def work() -> int:
        bib_text(references(items, rules), style, rules)
        return len(items)

    return work


def plain_entries(path: str) -> list[dict[str, str]]:
    """Return the entries that our export writes as bibtexparser takes them, made before."""
    from zoterodigest.bibtex.facts.rules import Style, bib_rules
    from zoterodigest.bibtex.tex.latex import Dialect
    from zoterodigest.library.records.works import references, to_entries

    found = references(json.loads(_text(path)), bib_rules())
    entries = to_entries(found, Style(Dialect.BIBLATEX), bib_rules())
    return [{**dict(e.fields), "ENTRYTYPE": e.entry_type, "ID": e.key} for e in entries]


def bibtexparser_writes(path: str, encoding: str = "") -> Work:
    """Write the same entries by bibtexparser 1, its LaTeX encoding applied if that is asked for."""
    from bibtexparser.bibdatabase import BibDatabase
    from bibtexparser.bwriter import BibTexWriter
    from bibtexparser.latexenc import string_to_latex

    entries = plain_entries(path)

    def work() -> int:
        database = BibDatabase()
        database.entries = [
            {name: string_to_latex(value) for name, value in one.items()} if encoding else one
            for one in entries
        ]
        return len(BibTexWriter().write(database))

    return work


def bibtexparser_writes_latex(path: str) -> Work:
    """Write the same entries by bibtexparser 1, with its LaTeX encoding."""
    return bibtexparser_writes(path, "LaTeX")


def pybtex_writes(path: str) -> Work:
    """Write the same entries by pybtex."""
    from pybtex.database import BibliographyData, Entry

    entries = {one["ID"]: Entry(one["ENTRYTYPE"], fields={**one}) for one in plain_entries(path)}
    data = BibliographyData(entries)
    return lambda: len(data.to_string("bibtex"))


def read_bib(path: str) -> Work:
    """Read a .bib: bytes tiled, macros expanded, names split, LaTeX decoded."""
    from zoterodigest.bibtex.reading import read_records
    from zoterodigest.bibtex.tiles.scanner import scan
    from zoterodigest.mapping import venue_table

    source, venues = Path(path).read_bytes(), venue_table()
    return lambda: len(read_records(scan(source), venues))


def bibtexparser_1(path: str) -> Work:
    """Read a .bib by bibtexparser 1."""
    import bibtexparser

    text = _text(path)
    parser = bibtexparser.bparser.BibTexParser(common_strings=True)
    return lambda: len(bibtexparser.loads(text, parser).entries)


def bibtexparser_2(path: str) -> Work:
    """Read a .bib by bibtexparser 2, names split and LaTeX decoded as we do."""
    import bibtexparser
    from bibtexparser import middlewares

    if not hasattr(bibtexparser, "parse_string"):
        raise ImportError("bibtexparser 2 is not installed")
    text = _text(path)

    def work() -> int:
        steps: list[Any] = [
            middlewares.SeparateCoAuthors(),
            middlewares.SplitNameParts(),
            middlewares.LatexDecodingMiddleware(),
        ]
        return len(bibtexparser.parse_string(text, append_middleware=steps).entries)

    return work


def pybtex(path: str) -> Work:
    """Read a .bib by pybtex."""
    from pybtex.database import parse_string

    text = _text(path)
    return lambda: len(parse_string(text, "bibtex").entries)


_REQUESTS = 20


def requests(url: str, query: str) -> Work:
    """Send the same request to a server some times; the wall clock counts, as the server works."""
    place = urlsplit(url)

    def work() -> int:
        line = HTTPConnection(place.hostname or "", place.port)
        for _ in range(_REQUESTS):
            line.request("GET", f"{place.path}/{query}", headers={"Zotero-API-Key": "benchmarks"})
            answer = line.getresponse()
            if answer.read() and answer.status != 200:
                raise ValueError(f"{query}: {answer.status}")
        return _REQUESTS

    return work


PIECES: dict[str, Callable[..., Work]] = {
    "reading": reading,
    "reading again": reading_again,
    "markdown-it-py": markdown_it,
    "mistune": mistune,
    "export": export,
    "bibtexparser 1 writes": bibtexparser_writes,
    "bibtexparser 1 writes LaTeX": bibtexparser_writes_latex,
    "pybtex writes": pybtex_writes,
    "read-bib": read_bib,
    "bibtexparser 1": bibtexparser_1,
    "bibtexparser 2": bibtexparser_2,
    "pybtex": pybtex,
    "requests": requests,
}


def main(name: str, *arguments: str) -> None:
    """Measure a piece and print what it took."""
    # As the program does it, and for rivals, too: to look for cycles took a seventh to a quarter.
    gc.set_threshold(2_000_000, 50, 50)
    work = PIECES[name](*arguments)
    cpu, wall = time.process_time(), time.perf_counter()
    count = work()
    print(json.dumps([time.process_time() - cpu, time.perf_counter() - wall, count]))


if __name__ == "__main__":
    main(*sys.argv[1:])
