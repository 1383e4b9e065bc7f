"""Compile the bibliography of digests with BibTeX and with biber, and list every complaint.

`python -m tests.tex.compile [DIGEST...] [--authors] [--keep FOLDER]`; without digests those of the
shared folder beside the checkout, else the examples. `--authors` gives works without authors some,
so that nothing is left to warn of. Exits 1 for an error, or a warning that is not of an author who
is missing; says so and exits 0 where TeX, or a file of it that is needed, is not installed.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zoterodigest.bibtex.facts.rules import Style, bib_rules
from zoterodigest.bibtex.tex.latex import Dialect
from zoterodigest.digest.format.format import available_formats
from zoterodigest.digest.read.detect import read_document
from zoterodigest.library.records.items import new_item
from zoterodigest.library.records.works import bib_text, references
from zoterodigest.library.records.zotero import ZoteroMapping
from zoterodigest.mapping import venue_table

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "digests"
BIBTEX_STYLES = ("plain", "plainnat", "ieeetr", "IEEEtran", "unsrtnat")
BIBLATEX_STYLES = ("numeric", "authoryear")
LATEX_RUNS = 4
PROGRAMS = ("kpsewhich", "pdflatex", "bibtex", "lualatex", "biber")
PACKAGES = ("amsmath", "amssymb", "biblatex", "geometry", "lmodern", "luaotfload", "natbib", "url")
FILES = (*(f"{name}.sty" for name in PACKAGES), *(f"{style}.bst" for style in BIBTEX_STYLES))
"""What a small installation of TeX may lack; a document that needs it would come to nothing."""
# plainnat cannot tell more than 26 works of one author and year apart: keys are cited by number.
NATBIB = r"\usepackage[numbers]{natbib}"
PDFLATEX = r"""\documentclass{{article}}
\usepackage[T1]{{fontenc}}\usepackage{{lmodern}}\usepackage[margin=2cm]{{geometry}}
\usepackage{{amsmath,amssymb,url}}{natbib}
\begin{{document}}\nocite{{*}}\bibliographystyle{{{style}}}\bibliography{{refs}}\end{{document}}
"""
LUALATEX = r"""\documentclass{{article}}
\usepackage[margin=2cm]{{geometry}}\usepackage{{amsmath,amssymb}}
\usepackage[backend=biber,style={style},maxbibnames=9]{{biblatex}}\addbibresource{{refs.bib}}
\begin{{document}}\nocite{{*}}\printbibliography\end{{document}}
"""
MISSING_AUTHOR = re.compile(r"empty author|Missing mandatory field '?author", re.I)
COMPLAINT = re.compile(
    r"^Warning--.*|^(?:WARN|ERROR) - .*|^! .*|^LaTeX .*Warning: .*|^Package \w+ Warning: .*"
    r"|^Missing character.*|^I (?:found|couldn't).*|^\(There (?:was|were) \d+ error.*",
    re.M,
)
TWICE = "Biber reported the following"
"""What LaTeX repeats of biber's own complaints."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """One style's outcome: complaints by kind, and how many pages came out."""

    style: str
    complaints: tuple[str, ...]
    missing_authors: int
    pages: int


def records(paths: list[Path]) -> Iterator[dict[str, Any]]:
    """Yield the data of an item for each entry of the digests."""
    zotero, formats, venues = ZoteroMapping(), available_formats([]), venue_table()
    for path in paths:
        for entry in read_document(path.name, path.read_bytes(), formats, venues).core_entries():
            yield new_item(entry.fields, zotero)


def bibliography(items: list[dict[str, Any]], dialect: Dialect) -> str:
    """Return the .bib of items."""
    rules = bib_rules()
    return bib_text(references(items, rules), Style(dialect), rules)


def run(folder: Path, *command: str) -> str:
    """Run one program in `folder` and return all it printed."""
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    return (done.stdout + done.stderr).decode("utf-8", "replace")


def compiled(folder: Path, style: str, dialect: Dialect) -> Compiled:
    """Compile `refs.bib` in `folder` in one style."""
    is_bibtex = dialect is Dialect.BIBTEX
    natbib = NATBIB if style.endswith("nat") else ""
    source = (
        PDFLATEX.format(style=style, natbib=natbib) if is_bibtex else LUALATEX.format(style=style)
    )
    (folder / "main.tex").write_text(source, encoding="utf-8")
    program = "pdflatex" if is_bibtex else "lualatex"
    latex = (program, "-interaction=nonstopmode", "main.tex")
    run(folder, *latex)
    printed = run(folder, "bibtex", "main") if is_bibtex else run(
        folder, "biber", "--validate-datamodel", "main"
    )  # fmt: skip
    for _ in range(LATEX_RUNS):
        run(folder, *latex)
        log = (folder / "main.log").read_text(encoding="latin-1")
        if not re.search("rerun|may have changed", log, re.I):
            break
    found = [line.strip() for line in COMPLAINT.findall(printed) + COMPLAINT.findall(log)]
    if (folder / "main.pdf").exists():
        (folder / "main.pdf").rename(folder / f"{style}.pdf")
    else:
        found.append("main.pdf was not made")
    found = [line for line in found if TWICE not in line]
    authors = [line for line in found if MISSING_AUTHOR.search(line)]
    pages = re.search(r"Output written on main.pdf \((\d+) page", log)
    rest = tuple(line for line in found if line not in authors)
    return Compiled(style, rest, len(authors), int(pages[1]) if pages else 0)


def not_installed() -> list[str]:
    """Return the programs that are missing, or else the files of TeX that are."""
    if missing := [program for program in PROGRAMS if shutil.which(program) is None]:
        return missing
    found = {Path(line).name for line in run(ROOT, "kpsewhich", *FILES).splitlines()}
    return [name for name in FILES if name not in found]


def main() -> int:
    """Compile in all styles and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("digests", nargs="*", type=Path)
    parser.add_argument("--authors", action="store_true")
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    if missing := not_installed():
        print(f"skipped: {', '.join(missing)} not installed")
        return 0
    items = list(records(options.digests or default_digests()))
    if options.authors:
        items = [with_authors(data, at) for at, data in enumerate(items)]
    complaints = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for dialect, styles in (
            (Dialect.BIBTEX, BIBTEX_STYLES),
            (Dialect.BIBLATEX, BIBLATEX_STYLES),
        ):
            (folder / "refs.bib").write_text(bibliography(items, dialect), encoding="utf-8")
            for style in styles:
                for leftover in folder.glob("main.*"):
                    leftover.unlink()
                found = compiled(folder, style, dialect)
                complaints += len(found.complaints)
                print(
                    f"{style:11} {len(items)} entries, {found.pages} pages,"
                    f" {len(found.complaints)} complaints, {found.missing_authors} without authors",
                    flush=True,
                )
                for text, count in Counter(found.complaints).most_common(12):
                    print(f"    {count} x {text[:140]}")
    return 1 if complaints else 0


def default_digests() -> list[Path]:
    """Return the shared digests, else the examples."""
    folder = SHARED if SHARED.is_dir() else ROOT / "examples"
    return [
        path
        for path in sorted(folder.glob("*.md"))
        if path.stem not in ("SCHEMA", "IRREGULARITIES")
    ]


def with_authors(data: dict[str, Any], number: int) -> dict[str, Any]:
    """Return an item with an author, its own or an invented one."""
    invented = {"creatorType": "author", "firstName": "Ana", "lastName": f"Nymous{number}"}
    return {**data, "creators": data["creators"] or [invented]}


if __name__ == "__main__":
    sys.exit(main())
