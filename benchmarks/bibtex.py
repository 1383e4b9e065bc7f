"""Measure the export of a bibliography; every figure is a ratio within this one run.

`python -m benchmarks.bibtex [COUNT...]`, 5,000 and 50,000 records without. bibtexparser, pybtex and
pandoc write and read the same records, as far as they are installed. Time is that of the processor,
so that what else the machine does counts little.
"""

from __future__ import annotations

import gc
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from zoterodigest.bibtex.facts.rules import Style, bib_rules
from zoterodigest.bibtex.reading import read_records
from zoterodigest.bibtex.tex.latex import Dialect
from zoterodigest.bibtex.tiles.scanner import scan
from zoterodigest.library.records.works import bib_text, csl_text, references, to_entries

COUNTS = (5_000, 50_000)
SLOW = 5_000
"""How many records the slow ones get at most."""

WORDS = re.findall(
    r"\S+",
    "deep learning of image diffusion models with GANs for 3D scene Gaussian splatting BERT CLIP"
    " via $L_0$ norms over α-stable noise towards efficient transformers R&D in the wild: 50% less"
    " Schrödinger bridges zero-shot text-to-image LoRA adapters NeRF and flow matching",
)
LASTS = ("Müller", "García", "Nguyễn", "van der Berg", "Li", "Wang", "Šimić", "Łukasz", "O'Brien")
FIRSTS = ("Ada", "Jörg", "Íris", "Xiao-Ming", "J. K.", "Émile", "Wei", "Ana Maria")
VENUES = ("CVPR", "NeurIPS 2023", "ICML", "ECCV", "Findings of EMNLP 2022", "Workshop on Things")


def some_items(count: int) -> list[dict[str, Any]]:
    """Return items as a library of papers holds them: many words, names and venues are shared."""
    chance = random.Random(3)
    return [_an_item(number, chance) for number in range(count)]


def _an_item(number: int, chance: random.Random) -> dict[str, Any]:
    words = chance.choices(WORDS, k=chance.randint(4, 12))
    creators = [
        {
            "creatorType": "author",
            "lastName": f"{chance.choice(LASTS)}{chance.choice(('', 'son', 'a', 'ová'))}",
            "firstName": chance.choice(FIRSTS),
        }
        for _ in range(chance.randint(1, 7))
    ]
    year = chance.randint(2015, 2025)
    arxiv = f"{year % 100:02}{chance.randint(1, 12):02}.{number % 100_000:05}"
    data = {
        "key": f"K{number:07}",
        "title": f"{' '.join(words)} {number}",
        "creators": creators,
        "date": f"{year}-0{chance.randint(1, 9)}",
        "tags": [{"tag": f"task:{chance.choice(WORDS)}"}],
    }
    if number % 3 == 0:
        return data | {"itemType": "preprint", "archiveID": f"arXiv:{arxiv}", "repository": "arXiv"}
    venue = {"proceedingsTitle": chance.choice(VENUES), "pages": f"{number}-{number + 9}"}
    return data | venue | {"itemType": "conferencePaper", "extra": f"arXiv: {arxiv} [cs.CV]"}


def seconds(work: Callable[[], object], rounds: int = 1) -> float:
    """Return the processor's seconds of the fastest round, those of programs it runs included."""
    times = []
    for _ in range(rounds):
        gc.collect()
        start = sum(os.times()[:4])
        work()
        times.append(sum(os.times()[:4]) - start)
    return min(times)


def ours(items: list[dict[str, Any]], style: Style) -> str:
    """Export items, keys and all."""
    return bib_text(references(items, bib_rules()), style, bib_rules())


def read_by_us(source: bytes) -> object:
    """Read a .bib: bytes tiled, macros expanded, names split, LaTeX decoded."""
    return read_records(scan(source), bib_rules().venues)


def by_bibtexparser(entries: list[dict[str, str]], *, with_latex: bool) -> str:
    """Write entries by bibtexparser, its LaTeX encoding applied if it is asked for."""
    from bibtexparser.bibdatabase import BibDatabase
    from bibtexparser.bwriter import BibTexWriter
    from bibtexparser.latexenc import string_to_latex

    database = BibDatabase()
    database.entries = [
        {name: string_to_latex(value) for name, value in entry.items()} if with_latex else entry
        for entry in entries
    ]
    return str(BibTexWriter().write(database))


def writers(items: list[dict[str, Any]]) -> list[tuple[str, Callable[[], object]]]:
    """Return how others write the same entries, made before: no keys, venues and types."""
    entries = to_entries(references(items, bib_rules()), Style(Dialect.BIBLATEX), bib_rules())
    plain = [{**dict(e.fields), "ENTRYTYPE": e.entry_type, "ID": e.key} for e in entries]
    return [
        ("bibtexparser writes, bare", lambda: by_bibtexparser(plain, with_latex=False)),
        ("bibtexparser writes, LaTeX", lambda: by_bibtexparser(plain, with_latex=True)),
    ]


def others(items: list[dict[str, Any]], folder: Path) -> list[tuple[str, Callable[[], object]]]:
    """Return what takes longer with the same records, by name."""
    found = references(items, bib_rules())
    text = bib_text(found, Style(), bib_rules())
    parsed = _pybtex(text)
    works: list[tuple[str, Callable[[], object]]] = [
        ("zoterodigest reads", lambda: read_by_us(text.encode())),
        ("bibtexparser reads", lambda: _read_by_bibtexparser(text)),
        ("pybtex reads", lambda: _pybtex(text)),
        ("pybtex writes", lambda: parsed.to_string("bibtex")),
    ]
    if pandoc := shutil.which("pandoc"):
        source = folder / "refs.json"
        source.write_text(csl_text(found, Style(), bib_rules()), encoding="utf-8")
        command = [pandoc, "-f", "csljson", "-t", "bibtex", str(source)]
        works.append(
            (
                "pandoc csljson to bibtex",
                lambda: subprocess.run(command, check=True, capture_output=True),
            )
        )
    return works


def _read_by_bibtexparser(text: str) -> object:
    import bibtexparser

    return bibtexparser.loads(text, bibtexparser.bparser.BibTexParser(common_strings=True))


def _pybtex(text: str) -> Any:
    from pybtex.database import parse_string

    return parse_string(text, "bibtex")


def main() -> None:
    """Print records a second, and ratios to our BibTeX."""
    for count in [int(argument) for argument in sys.argv[1:]] or COUNTS:
        items = json.loads(json.dumps(some_items(count)))
        print(f"{count:,} records")
        first = seconds(lambda items=items: ours(items, Style()))  # type: ignore[misc]  # bound now
        base = seconds(lambda items=items: ours(items, Style()), 3)  # type: ignore[misc]  # bound now
        _tell("BibTeX, first time", count / first, count / base)
        _tell("BibTeX", count / base, count / base)
        style = Style(Dialect.BIBLATEX)
        taken = seconds(lambda items=items, style=style: ours(items, style), 3)  # type: ignore[misc]  # bound now
        _tell("biblatex", count / taken, count / base)
        for name, work in writers(items):
            _tell(name, count / seconds(work), count / base)
        with TemporaryDirectory() as folder:
            few = items[:SLOW]
            for name, work in others(few, Path(folder)):
                _tell(name, len(few) / seconds(work), count / base)


def _tell(name: str, speed: float, base: float) -> None:
    print(f"  {name:28} {speed:10,.0f} a second  {speed / base:6.2f} x BibTeX", flush=True)


if __name__ == "__main__":
    main()
