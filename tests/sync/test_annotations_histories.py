"""Annotations that change while two computers sync in any order, the Zotero of each when it likes.

The repository is always pulled before a run. What zotero.org holds comes to a computer when its
Zotero syncs.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from random import Random

import pytest

from tests.builders import a_file, a_highlight, a_key, an_item
from tests.sync.digests import notes, quoted
from tests.sync.killing import sync_a_part
from tests.sync.test_list_annotations import RULES, SYNC, text
from tests.sync.world import World
from zoterodigest.core.plan.reports import KeptAnnotations

TITLE, ITEM, FILE = "A Study of Model 1 for Images", "ITEM2222", "FILE2222"
FILES = ("notes.md", "zoterodigest.lock")
LIBRARY = Path(".zoterodigest", "library.sqlite")
SEEDS = [
    # In these a library that is behind would do harm.
    *(pytest.param(seed) for seed in (57, 63)),
    *(pytest.param(seed, marks=pytest.mark.deep) for seed in range(150)),
]


class History:
    """Two computers, and the library at zotero.org (`web`), in which a person works.

    `said` are the texts of annotations by key; `seen` is what a computer's library had when it last
    ran.
    """

    def __init__(self, root: Path, seed: int) -> None:
        self.random = Random(seed)
        self.web = World(root / "web")
        self.machines = [World(root / name, ["notes.md"]) for name in ("one", "two")]
        self.said: dict[str, str] = {}
        self.seen: dict[Path, dict[str, str]] = {}
        self.erased: set[str] = set()
        (root / "web").mkdir()
        self.web.configure(RULES)
        self.web.markdown("notes.md", notes(quoted(TITLE, "2401.10001", bullets=["It has one."])))
        self.web.put(an_item(ITEM, title=TITLE, url="https://arxiv.org/abs/2401.10001"))
        self.web.push(SYNC)
        self.web.put(a_file(ITEM, FILE))
        for machine in self.machines:
            shutil.copytree(self.web.root, machine.root)
        self.newest = self.web.root

    def step(self) -> None:
        step = self.random.choice((self.work, self.work, self.sync_zotero, self.run, self.run))
        step()

    def work(self) -> None:
        """Add an annotation in Zotero, or change, trash, restore or erase one."""
        key = self.random.choice([*(it for it in self.said if it not in self.erased), ""])
        if not key:
            number, key = len(self.said), a_key(1_000 + len(self.said))
            index = f"{self.random.randrange(9):05}|{number:06}|00000"
            self.web.put(a_highlight(FILE, key, text=f"marked {number}", sortIndex=index))
            self.said[key] = f"marked {number}"
            return
        match self.random.choice(("say", "say", "trash", "restore", "erase")):
            case "say":
                said = self.random.choice(("this", "that", "nothing", ""))
                self.web.change(key, annotationComment=said)
            case "trash":
                self.web.change(key, deleted=1)
            case "restore":
                self.web.change(key, deleted=0)
            case "erase":
                self.web.erase(key)
                self.erased.add(key)

    def sync_zotero(self) -> None:
        """Bring what zotero.org holds to a computer."""
        machine = self.random.choice(self.machines)
        shutil.copy(self.web.root / LIBRARY, machine.root / LIBRARY)

    def run(self) -> None:
        self.run_on(self.random.choice(self.machines))

    def run_on(self, machine: World) -> bool:
        """Pull, sync and push; tell whether that left the files as they were."""
        if machine.root != self.newest:
            for name in FILES:
                shutil.copy(self.newest / name, machine.root / name)
        before = [(machine.root / name).read_bytes() for name in FILES]
        stays = self.shown(machine).items() & self.live(self.web).items()
        here, then = self.live(machine), self.seen.get(machine.root, {})
        held = {self.said.get(one.key) for one in machine.library.read().items}
        sync_a_part(machine)
        self.newest, self.seen[machine.root] = machine.root, here
        # Of what Zotero says now, one that is behind takes nothing away.
        for said, comment in stays:
            if said not in held or (said in here and here[said] == then.get(said)):
                assert self.shown(machine).get(said) == comment
        return before == [(machine.root / name).read_bytes() for name in FILES]

    def shown(self, machine: World) -> dict[str, str]:
        """The texts of the annotations that the list shows, each with what was said of it."""
        found = re.findall(r"> > (marked \d+)\n(?:> >\n> > (\w.*)\n)?", text(machine))
        assert len(dict(found)) == len(found)
        return dict(found)

    def live(self, world: World) -> dict[str, str]:
        """The texts of what is marked in a library, each with what was said of it."""
        return {
            self.said[key]: str(data.get("annotationComment", ""))
            for key, data in world.everything().items()
            if key in self.said and not data.get("deleted")
        }


@pytest.mark.parametrize("seed", SEEDS)
def test_both_computers_come_to_show_what_zotero_has(seed: int, tmp_path: Path) -> None:
    history = History(tmp_path, seed)
    for _ in range(20):
        history.step()

    for machine in history.machines:
        shutil.copy(history.web.root / LIBRARY, machine.root / LIBRARY)
    for machine in history.machines * 2:
        history.run_on(machine)

    for machine in history.machines:
        assert history.run_on(machine)
        assert history.shown(machine) == history.live(history.web)
        reports = machine.plan(SYNC).reports
        assert not [one for one in reports if isinstance(one, KeptAnnotations)]
