"""A project to be killed in the middle of a run, and what must come of it then (law 3)."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from tests.builders import a_file, a_highlight, a_key, an_item
from tests.sync.digests import folded, notes, quoted
from tests.sync.world import World
from zoterodigest.core.links.bases import UNSEEN
from zoterodigest.core.links.link import LinkState, LockFile, LockRow, Origin, fingerprint
from zoterodigest.core.values.keys import note_key
from zoterodigest.core.values.record import value_parts
from zoterodigest.library.port import LibraryItem
from zoterodigest.library.records.contents import EMPTY_LIBRARY, Contents
from zoterodigest.project.lock.lock import read_lock
from zoterodigest.project.lock.rows import render_rows
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.gathering.gather import gather
from zoterodigest.sync.run.quiet_run import prepare_quietly
from zoterodigest.sync.run.run import Options

CONFIGURATION = """
[[digest]]
path = "notes.md"
collection = "Reading/{name}"

[[digest]]
path = "list.md"
collection = "Reading/{name}"
"""
MANY = 52  # more than one batch
NINTH = "A Study of Model 9 for Images"
OWN_SHELF = "MYSHELF2"


# A project


def a_note_of(number: int, *bullets: str) -> str:
    return quoted(
        f"A Study of Model {number} for Images",
        f"2401.{10000 + number}",
        links=[f"[code](https://github.com/lab/model-{number})"] if number % 9 == 0 else [],
        bullets=bullets or (f"Model {number} is looked at.", f"It has {number} layers."),
    )


def a_list(sections: dict[str, list[str]]) -> str:
    parts = (f"## {name}\n\n" + "".join(lines) for name, lines in sections.items())
    return "# Papers\n\n" + "\n".join(parts)


def a_line(title: str, arxiv: str, code: str = "") -> str:
    link = f" [[code]]({code})" if code else ""
    return f"- [{title}](https://arxiv.org/abs/{arxiv}), CVPR 2024.{link}\n"


LISTED = {
    "Vision": [
        a_line("Seeing Further with Larger Lenses", "2402.00001", "https://github.com/lab/lens"),
        a_line("Segmenting Everything in One Go", "2402.00002"),
        a_line("Depth from a Single Photograph", "2402.00003"),
    ],
    "Language": [
        a_line("Reading Books with Few Parameters", "2402.00004"),
        a_line("Speaking in Tongues across Corpora", "2402.00005"),
        # One paper in both digests.
        a_line("A Study of Model 3 for Images", "2401.10003"),
    ],
}
LISTED_LATER = {
    "Computer Vision": LISTED["Vision"][:2],
    "Language": [
        LISTED["Language"][0],
        a_line("Speaking in Tongues across Corpora", "2402.00005", "https://github.com/lab/babel"),
        LISTED["Language"][2],
    ],
    "Robots": [LISTED["Vision"][2], a_line("Walking Robots that Learn to Fall", "2402.00006")],
}


def mine(key: str, title: str, arxiv: str) -> LibraryItem:
    data = {"itemType": "preprint", "title": title, "archiveID": f"arXiv:{arxiv}"}
    return LibraryItem(key, 0, data | {"collections": [OWN_SHELF], "tags": [{"tag": "mine"}]})


def new_project(root: Path) -> World:
    """A project that was never pushed; its library holds two of the papers, on a shelf."""
    root.mkdir()
    world = World(root)
    world.configure(CONFIGURATION)
    world.markdown("notes.md", notes(*(a_note_of(number) for number in range(MANY))))
    world.markdown("list.md", a_list(LISTED))
    world.put_shelf(OWN_SHELF, "To read")
    world.put(
        mine("MYPAPER2", "A Study of Model 9 for Images", "2401.10009"),
        mine("MYPAPER3", "Depth from a Single Photograph", "2402.00003"),
    )
    return world


def small_project(root: Path) -> World:
    """A project of one paper that was never pushed, without a library."""
    root.mkdir()
    world = World(root)
    world.markdown("notes.md", notes(a_note_of(9)))
    world.markdown("list.md", a_list({"Vision": [a_line("A Study of Two Things", "2402.00009")]}))
    return world


def named_project(root: Path) -> World:
    """A project with a bibliography; of its three papers the library holds one, without a key."""
    root.mkdir()
    world = World(root)
    world.configure(CONFIGURATION + '\n[[bibliography]]\npath = "refs.bib"\n')
    sections = [("Method", ["It works."])]
    papers = (("Seeing Further", "2402.00001"), ("Segmenting All", "2402.00002"))
    world.markdown("notes.md", "\n".join(folded(*paper, sections=sections) for paper in papers))
    world.markdown("list.md", a_list({"Vision": [a_line("A Study of Two Things", "2402.00009")]}))
    author = {"creatorType": "author", "firstName": "Ada", "lastName": "Lovelace"}
    own = mine("MYPAPER2", "Seeing Further", "2402.00001")
    world.put_shelf(OWN_SHELF, "To read")
    world.put(replace(own, data={**own.data, "creators": [author], "date": "2021"}))
    return world


def edited_project(root: Path) -> World:
    """The same project after a push, with some forty changes to be pushed."""
    world = new_project(root)
    world.push()
    world.edit(
        "notes.md",
        ("Model 1 is looked at.", "Model 1 is looked at twice."),
        ("Model 2 is looked at.", "Model 2 is not looked at."),
        ("- It has 3 layers.", "- It has 3 layers.\n> - It is wide."),
        ("- It has 10 layers.", "- It has 10 layers, and no more."),
        ("**A Study of Model 6 for Images**", "**A Deeper Study of Model 6 for Images**"),
        (a_note_of(7), ""),
        (a_note_of(8), a_note_of(8).replace("image restoration", "video restoration")),
        (a_note_of(9), a_note_of(9).replace("arXiv 2024", "CVPR 2025 Highlight")),
    )
    text = (world.root / "notes.md").read_text(encoding="utf-8")
    new = (a_note_of(number) for number in range(MANY, MANY + 12))
    world.markdown("notes.md", text + "\n\n\n" + "\n\n\n".join(new))
    world.markdown("list.md", a_list(LISTED_LATER))
    return world


def _with_no_end(layers: str, html: str) -> str:
    return html.replace(layers, "no end of layers")


def edited_at_both_ends(root: Path) -> World:
    """The same project with its forty changes, and some in the library."""
    world = edited_project(root)
    for layers in ("11 layers", "12 layers"):
        title = f"A Study of Model {layers[:2]} for Images"
        world.change_note(title, partial(_with_no_end, layers))
    world.change(world.key("Reading Books with Few Parameters"), title="Reading Books, Slowly")
    return world


def vault_edited_at_both_ends(root: Path) -> World:
    """A vault in sync whose notes and items were edited; files came, went, came back and moved."""
    root.mkdir()
    world = World(root)
    edit_a_vault(world, lambda: world.push(Options(intent.SYNC)))
    return world


def edit_a_vault(world: World, sync: Callable[[], object]) -> None:
    """Bring a vault in sync, then edit notes and items; files come, go, come back and move."""
    root = world.root
    world.configure('[[digest]]\npath = "Papers/**/*.md"\nentry = "file"\n\n[sync]\nhold = 0\n')
    for number in range(7):
        world.markdown(f"Papers/@key{number}.md", _a_note_in_a_file(number))
    sync()
    away = root / "@key6.md"
    (root / "Papers" / "@key6.md").rename(away)
    world.digests.remove("Papers/@key6.md")
    sync()
    world.edit("Papers/@key0.md", ("A second paragraph", "An edited paragraph"))
    world.edit("Papers/@key1.md", ("year: 2024", "year: 2025"))
    world.change_note(_title_of_file(1), lambda html: html.replace("A second", "Another second"))
    world.change(world.key(_title_of_file(2)), title="A Study of Models that Are Renamed")
    world.rename("Papers/@key3.md", "Papers/Moved.md")
    world.digests.remove("Papers/@key4.md")
    (root / "Papers" / "@key4.md").unlink()
    world.markdown("Papers/@key5.md", _a_note_in_a_file(5).replace("A second", "The second"))
    (root / "Papers" / "read").mkdir()
    world.rename("Papers/@key5.md", "Papers/read/@key5.md")
    world.markdown("Papers/@key6.md", away.read_text().replace("A second", "One second"))
    away.unlink()
    world.markdown("Papers/@key7.md", _a_note_in_a_file(7))


def vault_with_items_that_came(root: Path) -> World:
    """A vault whose collection got three items in Zotero, beside edits of its notes."""
    root.mkdir()
    world = World(root)
    put_items_into_a_vault(world, lambda: world.push(Options(intent.SYNC)))
    return world


def put_items_into_a_vault(world: World, sync: Callable[[], object]) -> None:
    """Bring a vault in sync that makes notes, then edit it and put items into its collection."""
    world.configure(
        '[[digest]]\npath = "Papers/**/*.md"\nentry = "file"\nnew = { file = "@{citekey}.md" }\n'
        "\n[sync]\nhold = 0\n"
    )
    for number in range(3):
        world.markdown(f"Papers/@key{number}.md", _a_note_in_a_file(number))
    world.digests.clear()  # a run that names files makes none
    sync()
    (collection,) = (it.key for it in world.library.read().collections if it.name == "Papers")
    world.edit("Papers/@key0.md", ("A second paragraph", "An edited paragraph"))
    world.change(world.key(_title_of_file(1)), date="2023")
    for number in (7, 8, 9):
        title = _title_of_file(number)
        more = {"collections": [collection], "citationKey": f"key{number}", "tags": []}
        world.put(an_item(f"CAMEHER{number}", title=title, date="2024", **more))


def annotated_and_edited(root: Path) -> World:
    """A note and a list that show annotations; then some of these changed, came and went in Zotero,
    the person edited one in the note and deleted one, and edited the text around them.
    """
    root.mkdir()
    world = World(root)
    world.configure(
        '[[digest]]\npath = "Papers/*.md"\nentry = "file"\nannotations = true\n'
        '[[digest]]\npath = "notes.md"\nannotations = true\n'
    )
    world.markdown("Papers/@key0.md", _a_note_in_a_file(0))
    world.markdown("notes.md", notes(a_note_of(1), a_note_of(2)))
    world.push(Options(intent.SYNC))
    for number, title in enumerate((_title_of_file(0), "A Study of Model 1 for Images")):
        world.put(a_file(world.key(title), a_key(100 + number)))
        world.put(*(_a_mark(number, at) for at in range(5)))
    world.push(Options(intent.SYNC))
    world.edit("Papers/@key0.md", ("> Marked 0 2\n", "> Marked by me\n"))
    for number in (0, 1):
        world.change(_mark(number, 0), annotationComment="So they say")
        world.change(_mark(number, 1), annotationColor="#ff6666")
        world.erase(_mark(number, 3))
        world.put(_a_mark(number, 5))
    world.edit("Papers/@key0.md", ("A second paragraph", "An edited paragraph"))
    world.edit("notes.md", ("It has 1 layers.", "It has one layer."))
    return world


def _mark(number: int, at: int) -> str:
    return a_key(1000 + 10 * number + at)


def _a_mark(number: int, at: int) -> LibraryItem:
    index = f"{at:05}|000000|00000"
    key = _mark(number, at)
    return a_highlight(a_key(100 + number), key, text=f"Marked {number} {at}", sortIndex=index)


def _title_of_file(number: int) -> str:
    return f"A Study of Models that Has Number {number}"


def _a_note_in_a_file(number: int) -> str:
    front = f'title: "{_title_of_file(number)}"\ncitekey: key{number}\nyear: 2024'
    text = f"What I think of number {number}.\n\nA second paragraph of number {number}."
    return f"---\n{front}\n---\n\n## Notes\n\n{text}\n"


def in_sync_and_edited(root: Path) -> World:
    """A project whose last run found all in sync and left marks; then a few entries, an item and a
    note were edited.
    """
    root.mkdir()
    world = World(root)
    world.markdown("notes.md", notes(*(a_note_of(number) for number in range(8))))
    world.markdown("list.md", a_list({"Vision": LISTED["Vision"]}))
    for _ in range(2):
        world.push(Options(intent.SYNC))
    world.edit("notes.md", ("Model 1 is looked at.", "Model 1 is looked at twice."))
    world.change_note("A Study of Model 2 for Images", partial(_with_no_end, "2 layers"))
    world.change(world.key("Depth from a Single Photograph"), title="Depth from Any Photograph")
    assert prepare_quietly(world.workspace(), Options(intent.SYNC)) is not None
    return world


def small_and_edited(root: Path) -> World:
    """A small project in sync, edited at both ends."""
    world = small_project(root)
    world.push(Options(intent.SYNC))
    world.edit("notes.md", ("Model 9 is looked at.", "Model 9 is looked at twice."))
    layers = partial(_replaced, "It has 9 layers.", "It has 9 wide layers.")
    world.change_note("A Study of Model 9 for Images", layers)
    world.change(world.key("A Study of Two Things"), title="A Study of Three Things")
    return world


def with_a_second_entry(root: Path) -> World:
    """A paper of a pushed digest has a new title, and now an entry in another digest, too."""
    root.mkdir()
    world = World(root)
    world.markdown("notes.md", notes(a_note_of(9)))
    world.push()
    world.edit("notes.md", (NINTH, f"{NINTH}, Again"))
    world.markdown("list.md", notes(a_note_of(9, "Seen by somebody else.")))
    return world


def with_an_ended_second_entry(root: Path) -> World:
    """A paper with an entry in each of two digests: one is unlinked, the other has a new title."""
    root.mkdir()
    world = World(root)
    world.markdown("notes.md", notes(a_note_of(9)))
    world.markdown("list.md", notes(a_note_of(9, "Seen by somebody else.")))
    world.push()
    world.digests = ["list.md"]
    world.unlink()
    world.digests = ["notes.md", "list.md"]
    world.edit("notes.md", (NINTH, f"{NINTH}, Again"))
    return world


def with_new_collections_of_headings(root: Path) -> World:
    """A digest that was pushed without collections for its headings, which are to have them."""
    world = small_project(root)
    world.markdown("list.md", a_list(LISTED))
    world.configure(CONFIGURATION + "headings = false\n")
    world.push()
    world.configure(CONFIGURATION)
    return world


BIBLIOGRAPHIES = """
[[bibliography]]
path = "refs.bib"
add_only = false
prune = true
"""
HAND_KEPT = """\
% kept by hand
@book{knuth, title = {The {\\TeX}book}, author = {Donald E. Knuth}, year = 1984 }
"""


TWO_WAY_BIB = '\n[[bibliography]]\npath = "refs.bib"\npush = true\npull = true\n'


def with_a_second_entry_in_a_bib(root: Path) -> World:
    """An adopted paper of a pushed digest has a new title, and now an entry in a .bib, too.

    Nothing in the library tells of that second link.
    """
    root.mkdir()
    world = World(root)
    world.configure(CONFIGURATION + TWO_WAY_BIB)
    world.put_shelf(OWN_SHELF, "To read")
    world.put(mine("MYPAPER2", NINTH, "2401.10009"))
    world.markdown("notes.md", notes(a_note_of(9)))
    world.markdown("list.md", a_list({"Vision": [a_line("A Study of Two Things", "2402.00009")]}))
    (root / "refs.bib").write_text(HAND_KEPT, encoding="utf-8")
    world.push()
    world.edit("notes.md", (NINTH, f"{NINTH}, Again"))
    entry = (
        f"@misc{{nine, title = {{{NINTH}}}, eprint = {{2401.10009}}, archiveprefix = {{arXiv}}}}"
    )
    (root / "refs.bib").write_text(f"{HAND_KEPT}\n{entry}\n", encoding="utf-8")
    return world


def with_bibliographies(root: Path) -> World:
    """A small project in sync, edited: in a .bib kept by hand entries of ours are to come, change
    and leave, another .bib is to be made.
    """
    world = small_project(root)
    text = world.markdown("notes.md", notes(*map(a_note_of, (8, 9)))).read_text(encoding="utf-8")
    world.configure(CONFIGURATION + BIBLIOGRAPHIES)
    (root / "refs.bib").write_text(HAND_KEPT, encoding="utf-8")
    world.push(Options(intent.SYNC))
    world.change(world.key("A Study of Two Things"), title="A Study of Three Things")
    world.change(world.key("A Study of Model 8 for Images"), deleted=1)
    world.markdown("notes.md", f"{text}\n\n\n{a_note_of(10)}")
    world.configure(CONFIGURATION + BIBLIOGRAPHIES + '[[bibliography]]\npath = "all.bib"\n')
    return world


def with_a_bibliography_to_be_made(root: Path) -> World:
    """A small project in sync; into a .bib kept by hand entries are to come."""
    world = small_project(root)
    world.configure(CONFIGURATION + BIBLIOGRAPHIES)
    (root / "refs.bib").write_text(HAND_KEPT, encoding="utf-8")
    world.push()
    return world


def rearranged_at_both_ends(root: Path) -> World:
    """A project in sync, with some forty changes: at both ends entries come, go, move and change,
    and headings and collections get other names.
    """
    world = new_project(root)
    world.push(Options(intent.SYNC))
    for number in range(10, 20):
        here, there = f"Model {number} is looked at.", f"It has {number} layers."
        world.edit("notes.md", (here, f"Model {number} is looked at twice."))
        title = f"A Study of Model {number} for Images"
        world.change_note(title, partial(_replaced, there, f"It has {number} wide layers."))
    for number in range(20, 24):
        title = f"A Study of Model {number} for Images"
        world.edit("notes.md", (f"**{title}**", f"**{title}, Again**"))
    for number in range(24, 28):
        key = world.key(f"A Study of Model {number} for Images")
        world.change(key, tags=[{"tag": "task:video restoration"}, {"tag": "mine"}])
    _edit_text(world, "notes.md", a_note_of(7), "")
    new = [a_note_of(number) for number in range(MANY, MANY + 4)]
    _edit_text(world, "notes.md", a_note_of(30), "\n\n\n".join([a_note_of(30), *new]))
    collection_rows = world.collections()
    vision, language = (
        collection_rows["Reading/list/Vision"],
        collection_rows["Reading/list/Language"],
    )
    world.change(world.key("Seeing Further with Larger Lenses"), collections=[language])
    world.put(mine("NEWPAPER", "Learning to Read Maps from Above", "2402.00077"))
    world.change("NEWPAPER", collections=[vision], date="2024-02-02")
    (collection_row,) = (one for one in world.library.read().collections if one.key == vision)
    world.library.write_collections([replace(collection_row, name="Computer Vision")])
    world.edit("list.md", ("## Language", "## Language and Speech"))
    return world


def _replaced(old: str, new: str, html: str) -> str:
    return html.replace(old, new)


def _edit_text(world: World, name: str, old: str, new: str) -> None:
    text = (world.root / name).read_text(encoding="utf-8")
    assert text.count(old) == 1
    world.markdown(name, text.replace(old, new))


def changed_by_the_person(root: Path) -> World:
    """The same project, pushed twice; of what was made something was changed, or is used."""
    world = edited_project(root)
    world.push()
    world.change_note("A Study of Model 4 for Images", lambda html: html.replace("layers", "parts"))
    world.change(world.key("Walking Robots that Learn to Fall"), collections=[OWN_SHELF])
    return world


def few_and_adopted(root: Path) -> World:
    """A project of three papers that was pushed; two of them the person had, with bare titles.

    What their item shows is carried into the digests, and what leaves it goes there too.
    """
    world = small_project(root)
    rules = (f'[[digest]]\npath = "{name}"\nwhen_trashed = "remove"\n' for name in world.digests)
    world.configure("\n".join(rules))
    world.markdown("notes.md", notes(a_note_of(9), a_note_of(10)))
    world.put_shelf(OWN_SHELF, "To read")
    world.put(
        mine("MYPAPER2", "A Study of Model 9 for Images", "2401.10009"),
        mine("MYPAPER3", "A Study of Two Things", "2402.00009"),
    )
    world.push(Options(intent.SYNC))
    return world


# What is compared


def state_of(world: World) -> list[str]:
    """Return all that a run leaves, but for the random ids of rows, times and versions."""
    lock, snapshot = read_lock(world.lock_path.read_bytes()), world.library.read()
    rows = sorted(lock.rows, key=lambda row: (row.digest, row.item, row.title))
    objects = [
        f"of this library: {lock.identity == world.library.identity}",
        *(render_rows(LockFile(rows=(row,))) for row in rows),
        *map(repr, lock.collection_rows),
        f"made: {sorted(lock.made)}",
        *(repr((one.key, one.item, sorted(one.prints.items()))) for one in lock.exported),
        *(path.read_text(encoding="utf-8") for path in sorted(world.root.glob("*.bib"))),
        *(repr(replace(collection_row, version=0)) for collection_row in snapshot.collections),
        *((world.root / name).read_text(encoding="utf-8") for name in world.digests),
        *(json.dumps({"key": key, **data}, sort_keys=True) for key, data in all_data(world)),
    ]
    names = {row.id: f"row {number}" for number, row in enumerate(rows)}
    names |= {note_key(row.id): f"note {number}" for number, row in enumerate(rows)}
    random = re.compile("|".join(map(re.escape, names)) or "(?!)")
    return sorted(random.sub(lambda found: names[found[0]], text) for text in objects)


def all_data(world: World) -> Iterator[tuple[str, dict[str, object]]]:
    for one in world.library.read().items:
        yield one.key, {k: v for k, v in one.data.items() if not k.startswith("date")}


def require_truth(world: World, before: LockFile, read: Contents = EMPTY_LIBRARY) -> None:
    """Fail if a link claims more than the library holds: the lock file's, or the journal's.

    A new link may claim what its item held when the run `read` it.
    """
    gathered = gather(world.workspace())
    written = read_lock(world.lock_path.read_bytes()).rows if world.lock_path.exists() else ()
    known = {row.id: row for row in before.rows}
    then = {item.key: item.raws for item in read.items}
    for row in (*written, *gathered.lock.rows):
        if row.state is LinkState.LINKED:
            held = {} if row.id in known else then.get(row.item, {})
            require_true(row, known.get(row.id), gathered.contents, held)
    live = {one.key for one in gathered.contents.collections if not one.is_trashed}
    collection_rows = {
        collection_row.collection for collection_row in gathered.lock.collection_rows
    }
    assert (
        collection_rows - {collection_row.collection for collection_row in before.collection_rows}
        <= live
    )


def require_true(
    row: LockRow, before: LockRow | None, contents: Contents, held: Mapping[str, str]
) -> None:
    item = next(item for item in contents.items if item.key == row.item)
    note = item.notes.get(row.id)
    assert row.note == (note.key if note else None)
    raws = {**item.raws, **(note.raws if note else {})}
    for name, base in row.bases.items():
        stood = name in held and base.at_item.raw == fingerprint(held[name])
        stands = stood or base.at_item.raw == fingerprint(raws.get(name, ""))
        known = before.bases.get(name) if before else None
        if base.at_item.raw == UNSEEN and known and note:
            came = set(base.at_item.parts) - set(known.at_item.parts)
            stands = came <= set(map(fingerprint, value_parts(note.fields[name])))
        assert stands or base == known, f"{name} of {row.id}"
    data, was, origin = (
        contents.by_key[row.item].data,
        before.origin if before else Origin(),
        row.origin,
    )
    assert origin.tags - was.tags <= {tag["tag"] for tag in data.get("tags", ())}
    assert origin.attachments - was.attachments <= {a.key for a in contents.attachments(row.item)}
    assert origin.collections - was.collections <= item.collections
    assert not origin.note or note is not None


Action = Callable[[World], object]


@dataclass
class Recovery:
    """What must come of a run of `action` on `template` that was killed, run again."""

    template: World
    action: Action

    def __post_init__(self) -> None:
        self.before = LockFile("")
        if self.template.lock_path.exists():
            self.before = read_lock(self.template.lock_path.read_bytes())
        self.read = gather(self.template.workspace()).contents
        undisturbed = copy_of(self.template, self.template.root.with_name("undisturbed"))
        self.action(undisturbed)
        self.expected = state_of(undisturbed)
        assert not self.before.rows or state_of(self.template) != self.expected

    def require(self, world: World) -> None:
        """Fail unless `world` claims no more than happened and is completed, once and for all."""
        require_truth(world, self.before, self.read)
        self.action(world)
        assert state_of(world) == self.expected, f"after the kill at {world.root.name}"
        traces, version = world.traces(), world.library.version()
        assert world.plan().is_settled
        self.action(world)
        assert (world.traces(), world.library.version()) == (traces, version)
        assert not (world.root / ".zoterodigest" / "journal.jsonl").exists()


def copy_of(world: World, folder: Path) -> World:
    copy = World(folder, list(world.digests))
    shutil.copytree(world.root, copy.root)
    return copy
