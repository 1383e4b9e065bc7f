"""Hand-kept files of many manners before and after an export, byte for byte (tests/golden/bib)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.golden_files import GoldenFiles
from zoterodigest.bibtex.edit.splice import update
from zoterodigest.bibtex.export.entry import BibEntry
from zoterodigest.bibtex.tiles.scanner import scan

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "bib"
NAMES = sorted(path.stem for path in GOLDEN.glob("*.bib") if not path.stem.endswith(".after"))

WANTED = (
    BibEntry(
        "inproceedings",
        "song2021",
        (
            ("author", "Song, Jiaming and Meng, Chenlin"),
            ("title", "Denoising Diffusion Implicit Models, or {DDIM}"),
            ("booktitle", "ICLR"),
            ("year", "2021"),
            ("month", "may"),
        ),
    ),
    BibEntry(
        "article",
        "mine",
        (
            ("author", "Kingma, Diederik P. and Welling, Max"),
            ("title", "{Auto-Encoding} Variational {Bayes}"),
            ("eprint", "1312.6114"),
            ("year", "2013"),
        ),
    ),
    BibEntry("misc", "anon", (("title", "A Report That Nobody Signed"), ("year", "2024"))),
)


@pytest.mark.parametrize("name", NAMES)
def test_an_export_into_a_hand_kept_file_is_as_read_by_eye(name: str, golden: GoldenFiles) -> None:
    before, after = (GOLDEN / f"{name}{end}.bib" for end in ("", ".after"))

    updated = update(before.read_bytes(), WANTED, {}, add_only=True)

    golden.check(after, os.fsdecode(updated.source))
    assert update(updated.source, WANTED, updated.ours, add_only=False).source == updated.source


@pytest.mark.parametrize("name", NAMES)
def test_what_was_added_is_taken_out_to_the_byte(name: str) -> None:
    before = (GOLDEN / f"{name}.bib").read_bytes()
    added = update(before, WANTED, {}, add_only=True)

    pruned = update(added.source, (), added.ours, add_only=False, prune=True)

    assert pruned.source == before
    assert scan(pruned.source) == scan(before)
