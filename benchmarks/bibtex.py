"""Cases of bibliographies: written, merged and read, beside other programs."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

from benchmarks.case import Case, Measured, piece_of, rivals_of
from benchmarks.figures import Usage
from benchmarks.processes import RIVALS, ours
from benchmarks.workshop import Workshop


def _export(workshop: Workshop, name: str, dialect: str = "bibtex") -> Measured:
    path = str(workshop.made(name))
    usage = workshop.best(lambda: workshop.piece("export", path, dialect)[0])
    # These start from entries that are made: no keys, types or venues. For many it takes minutes.
    rivals = ("bibtexparser 1 writes", "bibtexparser 1 writes LaTeX", "pybtex writes")
    return usage, rivals_of(workshop, () if name in _LARGE else rivals, [Path(path)])


def _export_process(workshop: Workshop, name: str) -> Measured:
    path = workshop.made(name)
    output = workshop.folder / "exported.bib"

    def once() -> Usage:
        output.unlink(missing_ok=True)
        return workshop.usage(ours("export", "--items", str(path), "-o", str(output)))

    return workshop.best(once), {}


def _export_again(workshop: Workshop, name: str) -> Measured:
    output = workshop.folder / "exported again.bib"
    output.unlink(missing_ok=True)
    command = ours("export", "--items", str(workshop.made(name)), "-o", str(output), "--yes")
    workshop.usage(command)
    return workshop.best(lambda: workshop.usage(command)), {}


def _bib(workshop: Workshop, name: str) -> Path:
    path = workshop.folder / "inputs" / f"{name}.bib"
    if not path.exists():
        source = str(workshop.made(name))
        workshop.usage(ours("export", "--items", source, "-o", str(path), "--abstract"))
    return path


def _read_bib(workshop: Workshop, name: str) -> Measured:
    paths = [_bib(workshop, name)]
    usage = piece_of(workshop, "read-bib", paths)
    rivals = rivals_of(workshop, ("bibtexparser 1", "pybtex"), paths)
    if RIVALS.is_dir():
        beside = _with_rivals(workshop)
        rivals |= rivals_of(beside, ("bibtexparser 2",), paths)
    if pandoc := shutil.which("pandoc"):
        command = [pandoc, "-f", "bibtex", "-t", "csljson", str(paths[0])]
        rivals["pandoc"] = workshop.best(lambda: workshop.usage(command)).cpu
    return usage, rivals


def _with_rivals(workshop: Workshop) -> Workshop:
    """Return the workshop with the rivals first that can't stand beside our dependencies."""
    beside = Workshop(workshop.folder, workshop.rounds)
    beside.given["PYTHONPATH"] = f"{RIVALS}:{workshop.given['PYTHONPATH']}"
    return beside


def _merge(workshop: Workshop, name: str) -> Measured:
    source, standing = str(workshop.made(name)), _bib(workshop, name)
    target = workshop.folder / "merged.bib"

    def once() -> Usage:
        text = standing.read_text("utf-8")
        # The person's own file: half of the entries, with a comment and no mark of an export.
        target.write_text("% my own\n" + text[: text.index("\n@", len(text) // 2) + 1], "utf-8")
        return workshop.usage(ours("export", "--items", source, "-o", str(target), "--yes"))

    return workshop.best(once), {}


_USUAL, _LARGE = ("items 5,000", "abstracts 5,000"), ("items 50,000", "abstracts 50,000")

CASES = (
    Case(
        "export",
        "Inside a process, cold: citation keys and BibTeX.",
        _export,
        ("items 640", "abstracts 640", *_USUAL, *_LARGE),
    ),
    Case(
        "export to biblatex",
        "The same, to biblatex.",
        partial(_export, dialect="biblatex"),
        _USUAL[:1],
    ),
    Case(
        "export as a process",
        "`export --items FILE -o FILE`.",
        _export_process,
        (*_USUAL, *_LARGE),
    ),
    Case(
        "export once more",
        "The same, to a file that has all of it already.",
        _export_again,
        _USUAL[:1],
        _LARGE[:1],
    ),
    Case(
        "read a .bib",
        "Names split, LaTeX decoded.",
        _read_bib,
        ("items 640", "abstracts 640", "items 5,000"),
        _LARGE[:1],
    ),
    Case(
        "merge into a .bib",
        "`export` into a file of the person's own with half of the entries.",
        _merge,
        _USUAL[:1],
        _LARGE[:1],
    ),
)
