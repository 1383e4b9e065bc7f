"""The commands that write, each with a small project in which it has something to do.

They are given as a person gives them: the words after `zoterodigest`, in the project's folder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from functools import cache
from io import StringIO
from pathlib import Path

import pytest

from tests.lookup.answers import Paper, dblp_info
from tests.lookup.arxiv_site import answering
from tests.lookup.indexes import SERVICES, Indexes
from tests.lookup.site import serving
from tests.sync.digests import notes
from tests.sync.recovery import (
    BIBLIOGRAPHIES,
    HAND_KEPT,
    OWN_SHELF,
    a_line,
    a_list,
    a_note_of,
    mine,
    vault_edited_at_both_ends,
)
from tests.sync.world import World
from zoterodigest.cli.main import main
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options

SYNC = Options(intent.SYNC)
NINE, TEN, THINGS = (
    "A Study of Model 9 for Images",
    "A Study of Model 10 for Images",
    "A Study of Two Things",
)
OWN = "MYPAPER2"
DIGESTS = """
[[digest]]
path = "notes.md"
when_dropped = "trash"

[[digest]]
path = "list.md"
when_dropped = "trash"
"""
VAULT = """
[[digest]]
path = "Papers/*.md"
entry = "file"
new = { file = "@{citekey}.md" }

[sync]
hold = 0
"""
REFERENCE = """\
@inproceedings{he2022masked,
  title = {Masked Autoencoders Are Scalable Vision Learners},
  author = {He, Kaiming and Chen, Xinlei},
  booktitle = {CVPR},
  pages = {1--10},
  year = {2022}
}
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run of the program came to."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Command:
    """A command that writes: what makes a project for it, and how it is given there.

    `ends` are exit codes of a command given again that finds all done. `then` is what a person
    gives after it where the command by itself does not come to the same end.
    """

    make: Callable[[Path], World]
    words: Callable[[World], tuple[str, ...]]
    ends: frozenset[int] = field(default=frozenset({0}))
    then: tuple[str, ...] = ()

    def run(self, world: World) -> Ran:
        """Give the command in the project of `world`."""
        return given(world, *self.words(world))


def given(world: World, *words: str) -> Ran:
    """Run the program in the project of `world`, which holds its caches too."""
    here = world.root / ".home"
    with (
        pytest.MonkeyPatch.context() as patch,
        redirect_stdout(StringIO()) as out,
        redirect_stderr(StringIO()) as err,
    ):
        patch.chdir(world.root)
        patch.delenv("ZOTERODIGEST_OFFLINE", raising=False)
        for name in ("CACHE", "DATA", "CONFIG"):
            patch.setenv(f"XDG_{name}_HOME", str(here / name.casefold()))
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
        code = main(words)
    return Ran(code, out.getvalue(), err.getvalue())


def words(*fixed: str) -> Callable[[World], tuple[str, ...]]:
    """Return how a command is given that says the same in every project."""
    return lambda _: fixed


# --- projects ------------------------------------------------------------------------------------


def never_pushed(root: Path, more: str = "") -> World:
    """Three papers in two digests, and a .bib; the library holds an item of the person's."""
    root.mkdir()
    world = World(root)
    world.configure(DIGESTS + BIBLIOGRAPHIES + more)
    world.markdown("notes.md", notes(a_note_of(9), a_note_of(10)))
    world.markdown("list.md", a_list({"Vision": [a_line(THINGS, "2402.00009")]}))
    (root / "refs.bib").write_text(HAND_KEPT, encoding="utf-8")
    world.put_shelf(OWN_SHELF, "To read")
    world.put(mine(OWN, NINE, "2401.10009"))
    return world


def in_sync(root: Path, more: str = "") -> World:
    """The same project, in sync."""
    world = never_pushed(root, more)
    world.push(SYNC)
    world.push(SYNC)
    return world


def edited_at_all_ends(root: Path) -> World:
    """The same project: entries and items are edited, one is dropped, one is new, one is added."""
    world = in_sync(root)
    world.edit("notes.md", ("Model 9 is looked at.", "Model 9 is looked at twice."))
    world.edit("notes.md", (a_note_of(10), a_note_of(11)))
    world.change(world.key(THINGS), title="A Study of Three Things")
    new = mine("NEWPAPER", "Learning to Read Maps from Above", "2402.00077")
    world.put(new)
    world.change("NEWPAPER", collections=[world.collections()["list/Vision"]], date="2024-02-02")
    return world


def synced(root: Path) -> World:
    """The same project, synced: the last run is to be undone."""
    world = edited_at_all_ends(root)
    world.push(SYNC)
    return world


def after(*commands: str) -> Callable[[Path], World]:
    """Return what makes the project of the first of `commands`, in which all were given."""

    def made(root: Path) -> World:
        world = COMMANDS[commands[0]].make(root)
        for name in commands:
            assert COMMANDS[name].run(world).code == 0
        return world

    return made


def without_a_configuration(root: Path) -> World:
    """A digest that was never pushed."""
    root.mkdir()
    world = World(root)
    world.markdown("notes.md", notes(a_note_of(9)))
    return world


def misspelt(root: Path) -> World:
    """A project in sync but for a word in a wrong encoding."""
    world = in_sync(root)
    world.edit("notes.md", ("Model 9 is looked at.", "Model 9 isnâ€™t looked at."))
    world.push(SYNC)
    return world


def to_be_learned(root: Path) -> World:
    """A project in sync and a list that no format reads."""
    world = in_sync(root)
    lines = (f"{n} >> A Study of Model {n} >> https://arxiv.org/abs/2401.1000{n}" for n in range(9))
    world.markdown("odd.md", "# Odd\n\n" + "\n\n".join(lines) + "\n")
    return world


def to_be_exported(root: Path) -> World:
    """A project in sync whose .bib lacks what came into the library since."""
    world = in_sync(root)
    world.change(world.key(THINGS), title="A Study of Three Things")
    world.configure(DIGESTS + BIBLIOGRAPHIES + '[[bibliography]]\npath = "all.bib"\n')
    return world


def with_a_bib_of_ones_own(root: Path) -> World:
    """A project without a configuration, and a .bib that no export made."""
    root.mkdir()
    world = World(root)
    world.markdown("notes.md", notes(a_note_of(9)))
    world.push(SYNC)
    (root / "own.bib").write_text(HAND_KEPT, encoding="utf-8")
    return world


def with_a_reference(root: Path) -> World:
    """A project in sync, and a reference that a digest cannot show in full."""
    world = in_sync(root)
    (root / "new.bib").write_text(REFERENCE, encoding="utf-8")
    return world


def with_a_vault(root: Path) -> World:
    """A project in sync with a vault beside its lists, and a reference that comes into it."""
    world = in_sync(root, VAULT)
    (root / "Papers").mkdir()
    world.markdown("Papers/@lovelace2022.md", "---\ntitle: Lenses\ncitekey: lovelace2022\n---\n")
    world.push(SYNC)
    (root / "new.bib").write_text(REFERENCE, encoding="utf-8")
    return world


def in_conflict(root: Path) -> World:
    """A project whose title and summary were edited at both ends."""
    world = in_sync(root)
    world.edit("notes.md", ("Model 9 is looked at.", "Model 9 is looked at twice."))
    world.change_note(NINE, lambda html: html.replace("is looked at.", "is looked at never."))
    world.edit("list.md", (THINGS, "A Study of Some Things"))
    world.change(world.key(THINGS), title="A Study of Three Things")
    return world


def to_be_acknowledged(root: Path) -> World:
    """A project of which `status` reports something for ever."""
    world = in_sync(root)
    world.change(world.key(THINGS), deleted=1)
    world.push_with_failures(SYNC)
    return world


def without_citation_keys(root: Path) -> World:
    """A project without a .bib: its items have no citation keys."""
    root.mkdir()
    world = World(root)
    world.markdown("notes.md", notes(a_note_of(9), a_note_of(10)))
    world.put_shelf(OWN_SHELF, "To read")
    world.put(mine(OWN, NINE, "2401.10009"))
    author = {"creatorType": "author", "firstName": "Ada", "lastName": "Lovelace"}
    world.change(OWN, creators=[author], date="2021")
    world.push(SYNC)
    return world


def doubled(root: Path) -> World:
    """A project with a second item of one of its papers, in a collection and related."""
    world = in_sync(root)
    other = world.key(TEN)
    world.put_item("KEEPKEEP", title=TEN, shortTitle="Ten", tags=[{"tag": "mine"}])
    related = {"dc:relation": f"http://zotero.org/users/local/0/items/{other}"}
    world.change(OWN, relations=related)
    return world


def to_be_merged(world: World) -> tuple[str, ...]:
    (other,) = (key for key, data in all_items(world) if data == TEN and key != "KEEPKEEP")
    return "duplicates", "--merge", "KEEPKEEP", other, "--yes"


def all_items(world: World) -> list[tuple[str, str]]:
    """Return the keys and titles of all items, those in the trash too."""
    items = (one for one in world.library.read().items if "parentItem" not in one.data)
    return [(one.key, str(one.data.get("title", ""))) for one in items]


def to_be_copied(root: Path) -> World:
    """A project in sync, and another library that holds one of its papers."""
    world = in_sync(root, "")
    text = (root / "zoterodigest.toml").read_text(encoding="utf-8")
    world.configure(f'library = "{HERE}"\n{text}')
    return world


HERE, THERE = "embedded:.zoterodigest/library.sqlite", "embedded:other.sqlite"


# --- lookups -------------------------------------------------------------------------------------

SITES = ExitStack()
"""The sites of ours that were started."""


@contextmanager
def sites() -> Iterator[None]:
    """Close the sites that commands start which look papers up; later ones start others."""
    with SITES:
        yield
    # A worker may come back to a module that it left.
    arxiv_site.cache_clear()
    indexes_site.cache_clear()


NEWEST = (
    Paper("2501.09001", title="Diffusion Models for Everything", published="2025-01-16T01:00:00Z"),
    Paper("2501.08001", title="Diffusion of Small Things", published="2025-01-15T10:00:00Z"),
)
FEEDS = """
[[feed]]
name = "Diffusion"
digest = "daily/{year}-{month}-{day}.md"
categories = ["cs.CV"]
keywords = ["Diffusion"]
exclude = ["Small"]

[[feed]]
name = "Small"
digest = "list.md"
section = "Vision"
categories = ["cs.CV"]
keywords = ["Small"]
"""


@cache
def arxiv_site() -> str:
    """Return the address of a site of ours that answers as arXiv does."""
    return SITES.enter_context(serving(answering(NEWEST))).url


def with_feeds(root: Path) -> World:
    """A project in sync with feeds into a digest and into a file of each day."""
    return in_sync(root, f'{FEEDS}\n[lookup]\narxiv = "{arxiv_site()}"\n')


def to_be_added_to(root: Path) -> World:
    """A project in sync, and an arXiv that knows new papers."""
    return in_sync(root, f'\n[lookup]\narxiv = "{arxiv_site()}"\n')


@cache
def indexes_site() -> str:
    """Return the address of a site of ours that answers as all sources do."""
    papers = [
        Paper("2401.10009", title=NINE, comment="9 pages. Accepted to CVPR 2024 (oral)"),
        Paper("2401.10010", title=TEN, comment="10 pages"),
        Paper("2402.00009", title=THINGS, comment="2 pages"),
    ]
    info = dblp_info(title=f"{NINE}.", venue="CVPR", year="2024", doi="10.1109/C.7", pages="10-19")
    return SITES.enter_context(serving(Indexes(papers, [info]).respond)).url


def to_be_looked_up(root: Path) -> World:
    """A project in sync; what sources say of its papers was asked already."""
    url = indexes_site()
    sources = "".join(f'{name} = "{url}/{name}"\n' for name in SERVICES)
    world = in_sync(root, f"\n[lookup]\n{sources}")
    world.change(OWN, repository="arXiv")
    world.push(SYNC)
    given(world, "enrich", "--dry-run")
    given(world, "published", "--apply", "--markdown", "--dry-run")
    return world


# --- the table -----------------------------------------------------------------------------------

DAYS = ("--since", "2025-01-15", "--until", "2025-01-16")
COMMANDS: Mapping[str, Command] = {
    "undo": Command(synced, words("undo", "--yes")),
    "redo": Command(after("undo"), words("redo", "--yes")),
    "push": Command(never_pushed, words("push", "--yes", "--offline")),
    "push --relink": Command(after("remove"), words("push", "--relink", "--yes", "--offline")),
    "pull": Command(edited_at_all_ends, words("pull", "--yes", "--offline")),
    "sync": Command(edited_at_all_ends, words("sync", "--yes", "--offline")),
    "sync notes of a vault": Command(vault_edited_at_both_ends, words("sync", "--yes",
                                                                     "--offline")),
    # It brings what the digest has no room for into the library.
    "sync what add took": Command(after("add a .bib"), words("sync", "--yes", "--offline")),
    # A paper that came is in a digest already when it is asked for again: exit code 1.
    "add": Command(to_be_added_to, words("add", "2501.09001", "--to", "list.md", "--yes"),
                   frozenset({0, 1})),
    "add a .bib": Command(with_a_reference, words("add", "new.bib", "--to", "list.md", "--offline",
                                                  "--section", "Vision", "--yes"),
                          frozenset({0, 1})),
    "add a file": Command(with_a_vault, words("add", "new.bib", "--to", "Papers", "--offline",
                                              "--yes"), frozenset({0, 1})),
    "feed": Command(with_feeds, words("feed", *DAYS, "--yes")),
    # A killed one leaves what it wrote at both ends: that is open no longer, so the same command
    # leaves it alone, and the next sync notes that the two agree.
    "resolve": Command(in_conflict, words("resolve", "--all", "--keep", "markdown", "--yes"),
                       then=("sync", "--offline")),
    "resolve --keep zotero": Command(in_conflict, words("resolve", "--all", "--keep", "zotero",
                                                        "--yes"), then=("sync", "--offline")),
    "resolve --acknowledge": Command(to_be_acknowledged, words("resolve", "--all",
                                                               "--acknowledge")),
    "export -o": Command(with_a_bib_of_ones_own, words("export", "-o", "own.bib", "--yes")),
    "export": Command(to_be_exported, words("export")),
    "export --overwrite": Command(with_a_bib_of_ones_own, words("export", "-o", "own.bib",
                                                                "--overwrite", "--yes")),
    # Findings that it cannot mend: exit code 1.
    "lint --fix": Command(misspelt, words("lint", "--fix"), frozenset({0, 1})),
    "convert": Command(in_sync, words("convert", "notes.md", "--to", "list", "-o", "as-list.md",
                                      "--overwrite"), frozenset({0, 1})),
    "formats learn": Command(to_be_learned, words("formats", "learn", "odd.md", "--yes"),
                             frozenset({0, 15})),
    "citekeys set": Command(in_sync, words("citekeys", "set", OWN, "chosen2024", "--yes")),
    "citekeys set --all": Command(without_citation_keys, words("citekeys", "set", "--all",
                                                               "--yes")),
    "set": Command(in_sync, words("set", OWN, "title=A Study, Set", "date=2021", "--note",
                                  "list.md")),
    "tag": Command(in_sync, words("tag", OWN, "+to read", "-mine")),
    "duplicates --merge": Command(doubled, to_be_merged),
    "remove": Command(in_sync, words("remove", "--yes")),
    "unlink": Command(in_sync, words("unlink", "--yes")),
    "enrich": Command(to_be_looked_up, words("enrich", "--yes", "--offline")),
    "published --apply": Command(to_be_looked_up, words("published", "--apply", "--yes",
                                                        "--offline")),
    # What a killed one wrote into the library alone is now an edit there: it says that `sync`
    # brings it into the digests.
    "published --apply --markdown": Command(to_be_looked_up, words(
        "published", "--apply", "--markdown", "--yes", "--offline"), then=("sync", "--offline")),
    "library copy": Command(to_be_copied, words("library", "copy", HERE, THERE, "--switch",
                                                "--yes")),
    # One that has written it refuses to write over it: exit code 15.
    "init": Command(without_a_configuration, words("init", "notes.md"), frozenset({0, 15}),
                    then=("sync", "--yes", "--offline")),
    "init --fresh": Command(in_sync, words("init", "--fresh"), then=("sync", "--yes", "--offline")),
}  # fmt: skip
NOT_IN_THE_LOG = frozenset({"init", "init --fresh", "formats learn"})
UNDOING: Mapping[str, Command] = {
    f"undo {name}": Command(after(name), words("undo", "--yes"))
    for name in COMMANDS
    if name not in {"undo", "redo", *NOT_IN_THE_LOG}
}
"""`undo` of what each of them wrote."""
