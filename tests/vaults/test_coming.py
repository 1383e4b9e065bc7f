"""Notes that come and move get the items and places that a run over everything gives them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path
from random import Random

import pytest

from tests.builders import a_key
from tests.sync.test_quiet import happened, marks_of
from tests.sync.trouble import silent
from tests.sync.world import World
from zoterodigest.project.marks import keep_marks
from zoterodigest.sync.gathering.intent import SYNC
from zoterodigest.sync.run import run as run_module
from zoterodigest.sync.run.quiet_run import prepare_quietly, prepare_run
from zoterodigest.sync.run.run import Options, Prepared
from zoterodigest.sync.syncing.sync_run import carry_out

OPTIONS = Options(SYNC)
RULES = '[sync]\nhold = 0\n\n[[digest]]\npath = "Papers/**/*.md"\nentry = "file"\n'
FOLDERS = f'{RULES}collection = "Papers/{{folder}}"\n'
PAPERS = 12
TITLES = tuple(f"The Telling Title of Paper Number {number}" for number in range(2 * PAPERS))
SEEDS = [*range(2), *(pytest.param(seed, marks=pytest.mark.deep) for seed in range(2, 120))]
_NUMBERS = count()


def note(number: int, **front: str) -> str:
    """Return a note about a paper, whose identifier and citation key its item has, too."""
    known = {
        "title": TITLES[number],
        "citekey": f"key{number}",
        "doi": f"10.1000/x{number}",
    } | front
    lines = "".join(f"{name}: {value}\n" for name, value in known.items() if value)
    return f"---\n{lines}---\n\nA first paragraph of number {number}.\n\nA second one.\n"


def write(world: World, name: str, text: str) -> None:
    """Write a file of the vault; a run names none of them."""
    path = world.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def put_paper(world: World, number: int, **data: object) -> str:
    """Put the item of a paper into the library, as a person does."""
    key = a_key(1000 + next(_NUMBERS))
    extra = f"Citation Key: key{number}"
    known = {"title": TITLES[number], "DOI": f"10.1000/x{number}", "extra": extra}
    ada = {"creatorType": "author", "firstName": "Ada", "lastName": "First"}
    world.put_item(key, **{"itemType": "journalArticle", "creators": [ada], **known, **data})
    return key


def a_settled_vault(root: Path, rules: str = RULES) -> World:
    """Return a vault in sync, beside items of papers that no note is about."""
    (root / "Papers").mkdir(parents=True)
    world = World(root)
    world.configure(rules)
    for number in range(PAPERS):
        write(world, f"Papers/{number % 3}/{number:02}.md", note(number))
    write(world, "Papers/index.md", "# All of them\n\n[[00]]\n")
    for _ in range(2):
        carry_out(prepare_run(world.workspace(), OPTIONS), silent)
    for number in range(PAPERS, PAPERS + 6):
        put_paper(world, number)
    carry_out(prepare_run(world.workspace(), OPTIONS), silent)
    return world


@pytest.fixture(autouse=True)
def _equal_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let runs over a part and over everything give new rows the same ids."""

    def ids() -> Iterator[str]:
        yield from (f"zd-{one:010}" for one in count(next_base[0]))

    monkeypatch.setattr(run_module, "row_ids", ids)


next_base = [1000]


@pytest.fixture(scope="module")
def vaults(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two settled vaults, of which each test gets a copy."""
    found = {}
    for name, rules in (("one", RULES), ("folders", FOLDERS)):
        folder = tmp_path_factory.mktemp(name)
        a_settled_vault(folder / "world", rules)
        found[name] = folder / "world"
    return found


def copied(kept: Path, folder: Path) -> World:
    shutil.copytree(kept, folder / "world")
    return World(folder / "world")


@pytest.fixture
def vault(vaults: dict[str, Path], tmp_path: Path) -> World:
    return copied(vaults["one"], tmp_path)


def found_in_part(world: World) -> Prepared:
    """Return a run over a part that does all that one over everything does, and carry out both."""
    next_base[0] += 1000
    found = prepare_quietly(world.workspace(), OPTIONS)
    assert found is not None
    happened(world, found)
    return found


def kinds(prepared: Prepared) -> list[str]:
    return [type(action).__name__ for action in prepared.plan.actions]


def new_paper(world: World) -> None:
    write(world, "Papers/1/new.md", note(20))


def of_an_item(**front: str) -> Callable[[World], None]:
    def come(world: World) -> None:
        write(world, "Papers/1/new.md", note(PAPERS, **front))

    return come


def called_by_its_citekey(world: World) -> None:
    write(world, f"Papers/1/@key{PAPERS}.md", note(PAPERS, title="", citekey="", doi=""))


def with_the_key_of_an_item(world: World) -> None:
    key = world.key(TITLES[PAPERS])
    front = {"title": "Something Else It Is Called", "citekey": "", "doi": ""}
    write(world, "Papers/1/new.md", note(20, **front, zotero=f"zotero://select/items/{key}"))


def with_the_key_of_an_attachment(world: World) -> None:
    world.put_item(
        "ATTACH22",
        itemType="attachment",
        linkMode="imported_file",
        parentItem=world.key(TITLES[PAPERS]),
    )
    front = {"title": "Something Else It Is Called", "citekey": "unknown", "doi": ""}
    link = '"[PDF](zotero://open-pdf/library/items/ATTACH22)"'
    write(world, "Papers/1/new.md", note(20, **front, zotero=link))


COMING: dict[str, Callable[[World], None]] = {
    "about a new paper": new_paper,
    "about an item by all": of_an_item(),
    "by its title": of_an_item(citekey="unknown", doi=""),
    "by its DOI": of_an_item(title="Another Title", citekey=""),
    "by its citation key": of_an_item(title="", doi=""),
    "by its name": called_by_its_citekey,
    "by the item's key": with_the_key_of_an_item,
    "by an attachment's key": with_the_key_of_an_attachment,
}


@pytest.mark.parametrize("name", COMING)
def test_a_note_that_comes_gets_the_item_that_it_gets_of_all(vault: World, name: str) -> None:
    COMING[name](vault)

    found = found_in_part(vault)

    assert ("CreateItem" in kinds(found)) is (name == "about a new paper")
    assert "CreateNote" in kinds(found)
    assert len(found.gathered.digests) <= 2


def test_a_note_gets_its_item_though_marks_hide_all_that_it_may_be_about(vault: World) -> None:
    state_folder, kept, left = marks_of(vault)
    hidden = {key: replace(one, keys=frozenset()) for key, one in left.marks.items.items()}
    keep_marks(state_folder, kept.name, replace(left, marks=replace(left.marks, items=hidden)))
    of_an_item()(vault)

    found = found_in_part(vault)

    assert [link.row.item for link in found.plan.links] == [vault.key(TITLES[PAPERS])]


@pytest.mark.parametrize("name", ["one", "folders"])
def test_a_note_that_moves_keeps_its_item(
    vaults: dict[str, Path], tmp_path: Path, name: str
) -> None:
    vault = copied(vaults[name], tmp_path)
    (vault.root / "Papers/0/03.md").rename(vault.root / "Papers/0/moved.md")

    found = found_in_part(vault)

    assert found.plan.actions == ()
    # One that has its place tells where the vault's items are.
    assert len(found.gathered.digests) == 2


# --- random histories ----------------------------------------------------------------------------


class Steps:
    """What a person does to a vault and a library between two runs."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.random = Random(seed)
        self.number = count()

    def files(self) -> list[str]:
        root = self.world.root
        return sorted(str(one.relative_to(root)) for one in root.glob("Papers/**/*.md"))

    def place(self) -> str:
        names = ("new", "@key7", f"@key{PAPERS + 1}", "Number 3", "index")
        name = f"{self.random.choice(names)}{self.random.choice(('', f' {next(self.number)}'))}"
        return f"Papers/{self.random.choice('0123')}/{name}.md"

    def come(self) -> None:
        some = self.random
        number, other = some.randrange(20), some.randrange(20)
        front = {
            "title": some.choice((TITLES[number], TITLES[other], "", "Short")),
            "citekey": some.choice((f"key{number}", f"KEY{number}", f"key{other}", "", "none")),
            "doi": some.choice((f"10.1000/x{number}", "", "")),
        }
        if items := sorted(self.world.items()):
            key = some.choice(items)
            front["zotero"] = some.choice((f"zotero://select/items/{key}", "", "", ""))
        write(self.world, self.place(), note(number, **front))

    def copy(self) -> None:
        text = (self.world.root / self.random.choice(self.files())).read_text()
        write(self.world, self.place(), text)

    def move(self) -> None:
        old, new = self.random.choice(self.files()), self.place()
        if not (self.world.root / new).exists():
            (self.world.root / new).parent.mkdir(exist_ok=True)
            (self.world.root / old).rename(self.world.root / new)

    def go(self) -> None:
        (self.world.root / self.random.choice(self.files())).unlink()

    def edit(self) -> None:
        path = self.world.root / self.random.choice(self.files())
        old, new = self.random.choice(
            (("second", "third"), ("citekey: key", "citekey: kex"), ("Telling", "Saying"))
        )
        path.write_text(path.read_text().replace(old, new))

    def link(self) -> None:
        path = self.world.root / self.random.choice(self.files())
        path.write_text(f"{path.read_text()}\nSee [[03]] and [[new]].\n")

    def put(self) -> None:
        number = self.random.randrange(20)
        shelves = [one.key for one in self.world.library.read().collections if not one.is_trashed]
        where = [self.random.choice(shelves)] if shelves and self.random.random() < 0.3 else []
        put_paper(self.world, number, collections=where)

    def change(self) -> None:
        key = self.random.choice(sorted(self.world.items()))
        changes: tuple[Mapping[str, object], ...] = (
            *({"title": "Changed"}, {"deleted": 1}, {"DOI": ""}),
            {"extra": "Citation Key: key3"},
        )
        change = self.random.choice(changes)
        self.world.change(key, **change)

    def step(self) -> None:
        often = (self.come, self.come, self.copy, self.move, self.move)
        self.random.choice((*often, self.go, self.edit, self.link, self.put, self.change))()


@pytest.mark.parametrize("name", ["one", "folders"])
@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_comes_and_moves_a_run_over_a_part_does_what_one_over_everything_does(
    vaults: dict[str, Path], tmp_path: Path, name: str, seed: int
) -> None:
    world = copied(vaults[name], tmp_path)
    steps = Steps(world, seed)

    for _ in range(4):
        for _ in range(steps.random.choice((1, 1, 2))):
            steps.step()
        next_base[0] += 1000
        found = prepare_quietly(world.workspace(), OPTIONS)
        if found is None:
            carry_out(prepare_run(world.workspace(), OPTIONS), silent)
        else:
            happened(world, found)
