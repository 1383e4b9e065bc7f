"""docs/vaults.md tells the truth: who follows it with its notes sees what it shows."""

from __future__ import annotations

import os
import re
import textwrap
from pathlib import Path

from tests.cli.conftest import Zoterodigest, in_library, zoterodigest
from tests.sync.world import World
from tests.test_readme import DOCS, Reader
from zoterodigest.library.port import LibraryItem

__all__ = ["zoterodigest"]  # the fixture

PAGE = (DOCS / "vaults.md").read_text(encoding="utf-8")
FILE = re.compile(r"^<!-- file: (?P<path>[^\n]+) -->\n```markdown\n(?P<text>.*?)^```$", re.M | re.S)
STEP = re.compile(
    r"^<!-- in the library: (?P<key>\w{8}) (?P<field>\w+) = (?P<value>[^\n]+) -->$"
    r"|^(?P<margin> *)```(?P<language>console|diff)\n(?P<text>.*?)^(?P=margin)```$",
    re.M | re.S,
)
ITEMS = {
    "ATTN2227": ("Attention Is All You Need", "2017", ["Ashish Vaswani", "Noam Shazeer"]),
    "DDPM2222": ("Denoising: Diffusion Models", "2020", ["Jonathan Ho", "Ajay Jain"]),
}
LONG_AGO = 1_700_000_000


def _item(key: str) -> LibraryItem:
    title, date, people = ITEMS[key]
    creators = [
        {"creatorType": "author", "firstName": first, "lastName": last}
        for first, last in (name.split() for name in people)
    ]
    data = {"itemType": "journalArticle", "title": title, "date": date, "creators": creators}
    return LibraryItem(key, 0, data)


def test_whoever_follows_the_page_of_vaults_sees_what_it_shows(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    files = {tmp_path / found["path"]: found["text"] for found in FILE.finditer(PAGE)}
    for path, text in files.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for key in ITEMS:
        in_library(tmp_path, _item(key))
    steps = list(STEP.finditer(PAGE))
    reader = Reader(tmp_path, zoterodigest)

    for step in steps:
        if step["language"] == "console":
            # What just changed is left for a later run; whoever reads takes longer than that.
            for path in files:
                os.utime(path, (LONG_AGO, LONG_AGO))
            reader.run_all(textwrap.dedent(step["text"]))
        elif step["language"] == "diff":
            notes = "".join(path.read_text(encoding="utf-8") for path in files)
            for line in step["text"].splitlines():
                assert (f"\n{line[1:]}\n" in notes) == line.startswith("+")
        else:
            World(tmp_path).change(step["key"], **{step["field"]: step["value"]})

    shown = [step for step in steps if step["language"]]
    assert len(shown) == PAGE.count("```console") + PAGE.count("```diff")
