"""Cases of a large library: listed, and served to other clients."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks.case import Case, Measured
from benchmarks.figures import Usage
from benchmarks.processes import ours, served
from benchmarks.workshop import Workshop


def _serve(workshop: Workshop, name: str, *, query: str) -> Measured:
    library = _library(workshop, name)
    with served(library, workshop.given) as url:
        workshop.piece("requests", url, query)

        def once() -> Usage:
            usage, count = workshop.piece("requests", url, query)
            # The server works while the client waits: only the wall clock sees it.
            return replace(usage, cpu=usage.wall / count, wall=usage.wall / count)

        return workshop.best(once), {}


def _library(workshop: Workshop, name: str) -> Path:
    path = workshop.folder / "inputs" / f"{name}.sqlite"
    if not path.exists():
        workshop.change("fill", path, workshop.made(name))
    return path


def _ls(workshop: Workshop, name: str) -> Measured:
    address = f"embedded:{_library(workshop, name)}"
    return workshop.best(lambda: workshop.usage(ours("ls", "--library", address))), {}


_USUAL = ("items 100,000",)
_ABOUT = "Wall clock of one request"


def _request(name: str, about: str, query: str) -> Case:
    return Case(name, f"{_ABOUT}: {about}.", partial(_serve, query=query), _USUAL)


CASES = (
    Case("ls", "The whole process.", _ls, _USUAL),
    _request("serve: a page", "100 items", "items/top?limit=100&start=500"),
    _request("serve: a search", "the items with two words", "items?q=diffusion+models&limit=25"),
    _request("serve: BibTeX", "100 items as BibTeX", "items?format=bibtex&limit=100"),
    _request("serve: CSL JSON", "100 items as CSL JSON", "items?format=csljson&limit=100"),
)
