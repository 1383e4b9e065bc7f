"""`python -m tests.hour.hour --minutes 60` edits beside `watch`, and says what it cost and lost."""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import string
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.hour.library import KEY, Served
from tests.hour.line import Cut, Line, a_line, free_port
from tests.hour.project import (
    BIB,
    LISTS,
    VAULT,
    Slot,
    branch,
    commit,
    expected,
    git,
    lay_out,
    slots,
)
from tests.hour.watcher import Watcher

MANNERS = ("at once", "by rename", "by truncating", "every 2 s")
# More than twenty changes at once need a person; an edit may be three.
_MOST_WAITING = 5
_MOST_SECONDS = 900
# Nothing else is edited in these papers: a person has to decide about each.
CONFLICTS = {"103": LISTS[0], "110": LISTS[1], "140": f"{VAULT}/140.md"}
REMOVED_ENTRY, TRASHED_ITEM = "113", "112"


@dataclass
class Hour:
    """What people do at both ends; `pause` and `hold` are in seconds."""

    root: Path
    served: Served
    line: Line
    chance: random.Random
    pause: float
    hold: float
    tokens: dict[Slot, tuple[str, ...]] = field(default_factory=dict)
    last_end: dict[Slot, str] = field(default_factory=dict)
    own_texts: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """What else people put in place of a text of a file, which never leaves it."""
    edits: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    _typed_in: set[Path] = field(default_factory=set)
    _typing: list[Future[None]] = field(default_factory=list)
    _editors: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(3))

    # --- edits

    def edit(self) -> None:
        """Put a token in a slot at one end: both have the same, or this one was edited last.

        To edit a slot at both ends at once would be a conflict.
        """
        waiting = self.waiting()
        token = "q" + "".join(self.chance.choices(string.ascii_lowercase, k=6))
        while True:
            slot = self.chance.choice(sorted(self.tokens))
            end = self.chance.choice(("file", "library"))
            # The few lists get as many edits as the many notes.
            is_unlikely = slot.files[0].startswith(VAULT) and self.chance.random() < 0.95
            is_contested = slot in waiting and self.last_end[slot] != end
            is_decided = slot.paper in {*CONFLICTS, REMOVED_ENTRY, TRASHED_ITEM}
            if is_unlikely or is_contested or is_decided:
                continue
            # Lower case would make a title a sentence, and a .bib braces the names in one.
            token = token.capitalize() if slot.kind == "title" else token.lower()
            if (self._in_file if end == "file" else self._in_library)(slot, token):
                self.tokens[slot] += (token,)
                self.last_end[slot] = end
                return

    def _in_library(self, slot: Slot, token: str) -> bool:
        if not self.served.is_up or not self.served.add(slot, self.tokens[slot], token):
            return False
        self.edits[f"library, {slot.kind}"] += 1
        return True

    def _in_file(self, slot: Slot, token: str) -> bool:
        name, manner = self.chance.choice(slot.files), self.chance.choice(MANNERS)
        path, has = self.root / name, self.tokens[slot]
        old, new = slot.text(has), slot.text((*has, token))
        if path in self._typed_in or old not in path.read_text():
            return False
        self._typed_in.add(path)
        self._typing.append(self._editors.submit(self._type, path, old, new, manner))
        self.edits[f"{name.partition('/')[0]}, {manner}"] += 1
        return True

    def _type(self, path: Path, old: str, new: str, manner: str) -> None:
        """Replace a text in a file as an editor saves it."""
        text = path.read_text()
        whole = text.replace(old, new)
        texts = {
            "by truncating": ["", whole],
            "every 2 s": [text.replace(old, new[:end]) for end in range(len(new) - 5, len(new))],
        }
        for number, saved in enumerate([*texts.get(manner, []), whole]):
            time.sleep(self.hold / 5 if number else 0)
            if path.read_text() != text:
                self.faults.append(f"{path.name} was written while somebody typed in it")
            beside = path.with_name(f"{path.name}~") if manner == "by rename" else path
            beside.write_text(saved)
            beside.replace(path)
            text = saved
        self._typed_in.discard(path)

    # --- what disturbs

    def disturbances(self) -> Iterator[Callable[[], None]]:
        """Yield what goes wrong in the hour, in order and evenly spread."""
        yield self._copy_in_conflict
        yield lambda: self._cut(Cut.SILENT)
        yield lambda: self._cut(Cut.UNANSWERED)
        yield self._conflicts
        yield lambda: self._restart(is_killed=True)
        yield lambda: self._check_out(0)
        yield self._lock
        yield lambda: self._check_out(3 * self.hold)
        yield lambda: self._cut(Cut.REFUSED)
        yield self._removals
        yield lambda: self._restart(is_killed=False)
        yield self._pause

    def _edits(self, number: int) -> None:
        for _ in range(number):
            self.edit()
            time.sleep(self.pause)

    def _copy_in_conflict(self) -> None:
        for name in (LISTS[0], f"{VAULT}/130.md"):
            path = self.root / name
            copy = path.with_name(f"{path.stem}.sync-conflict-20260101-101010-ABCDEF.md")
            copy.write_text(path.read_text().replace("Subject", "Copied Subject"))

    def _cut(self, cut: Cut) -> None:
        self.line.cut = cut
        self._edits(4)
        self.line.cut = Cut.NOT

    def _conflicts(self) -> None:
        """Let both ends change the same titles while the network is cut."""
        self.settle()
        self.line.cut = Cut.REFUSED
        for paper, file in CONFLICTS.items():
            item, _ = self.served.find(paper)
            title = item["data"]["title"]
            assert self.served.change(item, title=f"{title} at Work")
            path = self.root / file
            path.write_text(path.read_text().replace(title, f"{title} at Home"))
            self.own_texts.setdefault(file, []).append((title, f"{title} at Home"))
            if file == LISTS[0]:  # the .bib is at one with the library, which goes there
                self.own_texts.setdefault(BIB, []).append((title, f"{title} at Work"))
        self._edits(2)
        self.line.cut = Cut.NOT

    def _restart(self, *, is_killed: bool) -> None:
        self.served.stop(is_killed=is_killed)
        time.sleep(2 * self.pause)
        self.served.start()

    def _check_out(self, stay: float) -> None:
        """Let git check out a branch on which all notes are others, and come back."""
        self.settle()
        commit(self.root)
        branch(self.root, self.root.parent / "branch")
        git(self.root, "checkout", "--quiet", "branch")
        time.sleep(stay)
        git(self.root, "checkout", "--quiet", "main")

    def _lock(self) -> None:
        """Let Vim hold a list for a while."""
        swap = self.root / "lists/.b.md.swp"
        swap.touch()
        self._edits(5)
        swap.unlink()

    def _removals(self) -> None:
        """Remove an entry from a list, and trash the item of another one."""
        self.settle()
        path = self.root / LISTS[1]
        text = path.read_text()
        found = re.findall(r"> \*\*(?:.+\n)+\n", text)
        (entry,) = (one for one in found if f"Subject {REMOVED_ENTRY}" in one)
        path.write_text(text.replace(entry, ""))
        self.own_texts.setdefault(LISTS[1], []).append((entry, ""))
        assert self.served.change(self.served.find(TRASHED_ITEM)[0], deleted=1)

    def _pause(self) -> None:
        zoterodigest(self.root, "watch", "--pause")
        self._edits(3)
        zoterodigest(self.root, "watch", "--resume")

    # --- the whole

    def play(self, edits: int, watcher: Watcher) -> None:
        """Make so many edits, disturbed all the time, and wait until all have come."""
        disturbances = [*self.disturbances()]
        every = edits / len(disturbances)
        while (made := self.edits.total()) < edits or disturbances:
            if disturbances and made >= edits - every * len(disturbances):
                disturbances.pop(0)()
            self._wait_for(lambda: len(self.waiting()) <= _MOST_WAITING)
            self.edit()
            time.sleep(self.pause)
            if not made % 10:
                print(f"{time.strftime('%H:%M:%S')} {made} edits, {watcher.cost()}", flush=True)
        self.settle()

    def settle(self) -> None:
        """Wait until everybody has typed, and all tokens have come."""
        self._wait_for(lambda: not self._typed_in)
        for one in self._typing:
            one.result()
        self._wait_for(lambda: not self.waiting())

    def _wait_for(self, is_true: Callable[[], bool]) -> None:
        end = time.monotonic() + _MOST_SECONDS
        while not is_true():
            if time.monotonic() > end:
                raise TimeoutError(f"these edits have not come: {self.waiting()}")
            time.sleep(0.5)

    def waiting(self) -> dict[Slot, str]:
        """Return the slots whose tokens have not come to all files and the library."""
        if self.served.is_up:
            self.served.read()
        edited = {slot: has for slot, has in self.tokens.items() if has}
        texts = {file: (self.root / file).read_text() for slot in edited for file in slot.files}
        found = {}
        for slot, has in edited.items():
            lacking = [file for file in slot.files if slot.text(has) not in texts[file]]
            lacking += [] if self.served.shows(slot, has) else ["library"]
            if lacking:
                found[slot] = f"not in {lacking}"
        return found

    def find_faults(self, baseline: dict[str, str], objects: int) -> None:
        """Compare each file and item with what it has to be at the end."""
        for file, text in baseline.items():
            for old, new in self.own_texts.get(file, ()):
                text = text.replace(old, new)
            wanted = expected(text, file, self.tokens)
            if (self.root / file).read_text() != wanted:
                self.faults.append(f"{file} is not as expected")
        everything = json.dumps([one["data"] for one in self.served.items.values()])
        for slot, has in self.tokens.items():
            self.faults += [
                f"{slot}: {one} is {everything.count(one)} times in the library"
                for one in has
                if everything.count(one) != 1
            ]
        if len(self.served.items) != objects:
            self.faults.append(f"{len(self.served.items)} objects, not {objects}")
        if "Copied" in everything:
            self.faults.append("a conflict copy was taken in")
        trashed = [key for key, one in self.served.items.items() if one["data"].get("deleted")]
        if trashed != [self.served.find(TRASHED_ITEM)[0]["key"]]:
            self.faults.append(f"trashed: {trashed}")


def zoterodigest(root: Path, *arguments: str) -> str:
    """Run a command in a folder; return what it prints."""
    command = [sys.executable, "-m", "zoterodigest", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False).stdout


def run(minutes: float, edits: int, idle: float, seed: int, folder: Path) -> list[str]:
    """Run it in an empty folder; print what it cost, and return all faults."""
    hold = 10 if minutes > 10 else 2
    os.environ |= {"ZOTERO_API_KEY": KEY, "ZOTERODIGEST_OFFLINE": "1"}
    root = folder / "project"
    with ExitStack() as stack:
        served = Served(folder, free_port())
        served.start()
        stack.callback(served.stop)
        line = stack.enter_context(a_line(served.port))
        lay_out(root, line.here, hold)
        print(zoterodigest(root, "sync", "--yes", "--brief"))
        served.read()
        hour = Hour(root, served, line, random.Random(seed), 60 * minutes / edits, hold)
        hour.tokens |= dict.fromkeys(slots(), ())
        names = {file for slot in hour.tokens for file in slot.files}
        baseline = {file: (root / file).read_text() for file in names}
        objects = len(served.items)
        watcher = Watcher(root, folder)
        watcher.start()
        stack.callback(watcher.kill)
        start = watcher.cost()
        print(f"start: {start}")
        try:
            hour.play(edits, watcher)
        except TimeoutError as error:
            hour.faults.append(str(error))
        end = watcher.cost()
        made = hour.edits.total()
        print(f"end: {end}; {(end.cpu - start.cpu) / made:.2f} s of CPU for each of {made} edits")
        time.sleep(3 * hold + 20)
        begun = watcher.cost()
        time.sleep(idle)
        rest = watcher.cost()
        print(f"idle for {idle:.0f} s: {rest.share_since(begun):.3f}% of a core; {rest}")
        print(f"ended {watcher.end():.2f} s after SIGTERM; {watcher.notices} notices")
        print(watcher.said, json.dumps(hour.edits, indent=1), sep="\n")
        hour.find_faults(baseline, objects)
        found = json.loads(zoterodigest(root, "conflicts", "--json"))["conflicts"]
        print(f"conflicts: {[(one['digest'], one['field']) for one in found]}")
        if sorted(one["digest"] for one in found) != sorted(CONFLICTS.values()):
            hour.faults.append("other conflicts than those that were made")
        runs = json.loads(zoterodigest(root, "log", "--json"))["runs"]
        logged = sum(one["is_finished"] for one in runs) - 1
        print(f"stopped runs: {[one['stopped'] for one in runs if not one['is_finished']]}")
        if logged != watcher.said.count("  Done: "):
            hour.faults.append(f"{logged} runs in the log, {watcher.said.count('  Done: ')} said")
        if not (re.search("3 conflicts|need your attention", watcher.said) and watcher.notices):
            hour.faults.append("nobody was told of the conflicts")
        if begun.memory > 1.5 * start.memory or rest.files > start.files + 2:
            hour.faults.append("it takes more memory or files")
        # A single run takes a second: only minutes tell.
        if idle >= 60 and rest.share_since(begun) >= 0.2:
            hour.faults.append("it takes too much CPU at rest")
    return hour.faults


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--edits", type=int, default=300)
    parser.add_argument("--idle", type=float, default=300)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    place = Path(tempfile.mkdtemp(prefix="hour-"))
    print(place)
    found = run(given.minutes, given.edits, given.idle, given.seed, place)
    print("Faults:", *(found or ["no fault"]), sep="\n  ")
    sys.exit(bool(found))
