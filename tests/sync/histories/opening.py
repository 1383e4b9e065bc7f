"""How every history begins: two digests that share a paper, in sync with the library."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import count
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.sync.histories.model import TOKEN, Memory, letter_of, tokens_in, work_of
from tests.sync.histories.stage import (
    BIB,
    CONFIG,
    DIGESTS,
    LOCK,
    NOTES,
    PEOPLE,
    TABLE,
    Clone,
    Commit,
    Done,
    Files,
    Stage,
    State,
    copy_of,
    filled,
    library_sight,
    new_library,
)
from tests.sync.trouble import silent
from zoterodigest.core.links.link import LockRow
from zoterodigest.library.embedded.embedded import EmbeddedLibrary
from zoterodigest.library.port import Snapshot
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options, prepare
from zoterodigest.sync.syncing.sync_run import carry_out

FIRST_WORKS, FIRST_LOOKED_UP = 4, 7


def a_note(memory: Memory, work: int, title: str = "") -> str:
    """Return a new entry of the quoted notes; `title` is the token of one the work has already."""
    title = title or memory.new(work, "t")
    link, task = memory.new(work, "l"), memory.new(work, "k")
    bullets = "".join(f"> - Bullet {memory.new(work, 's')} of x_t as it is.\n" for _ in range(3))
    return (
        f"> **Study {title} of Models**  \n"
        f"> *arXiv 2024*, [arxiv](https://arxiv.org/abs/{arxiv_of(work)}), "
        f"[code](https://github.com/lab/{link})  \n"
        f"> Task: task {task}  \n>\n{bullets}"
    )


def a_row(memory: Memory, work: int, title: str = "", *, has_comment: bool = True) -> str:
    """Return a new row of the table."""
    title = title or memory.new(work, "t")
    abstract = memory.new(work, "x")
    comment = f"Comment {memory.new(work, 'c')}" if has_comment else ""
    return (
        f"| **[Study {title} of Models](http://arxiv.org/abs/{arxiv_of(work)}v1)** "
        f"| 2024-05-{work % 28 + 1:02d} | <details><summary>Show</summary><p>Abstract {abstract} "
        f"of x_t.</p></details> | {comment} | None |\n"
    )


def a_listing(memory: Memory, work: int, title: str = "", *, is_cut: bool) -> str:
    """Return a new row of the people's table: of two authors and "et al.", or of user names."""
    title = title or memory.new(work, "t")
    names = [memory.new(work, "a" if is_cut else "u") for _ in range(2)]
    authors = f"Ada {names[0]}, Bo {names[1]}, et al." if is_cut else ", ".join(names)
    arxiv = arxiv_of(work)
    return (
        f"| Study {title} of Models (Read more on [arXiv](https://arxiv.org/abs/{arxiv}) or "
        f"[HuggingFace](https://huggingface.co/papers/{arxiv}))| {authors} | It looks up. |\n"
    )


def arxiv_of(work: int) -> str:
    """Return the arXiv id of a work."""
    return f"2401.{10000 + work}"


def works_of(row: LockRow) -> set[int]:
    """Return the numbers of the works that a row is known by."""
    found = (one.value for one in row.identifiers if one.scheme == "arxiv")
    return {int(value.partition(".")[2]) - 10000 for value in found}


def people(memory: Memory, shared: str) -> str:
    """Return the people's table; `shared` is the token in the title of work 1."""
    return (
        "## Papers for 2024-12-05\n\n| Title | Authors | Summary |\n|-------|---------|---------|\n"
        f"{a_listing(memory, 5, is_cut=False)}{a_listing(memory, 6, is_cut=True)}"
        f"{a_listing(memory, 1, shared, is_cut=True)}"
    )


def first_texts(memory: Memory, *, has_lookups: bool = False) -> dict[str, str]:
    """Return the digests of a beginning, by name."""
    notes = (
        "# Notes  \n\nWhat I read.\t\n\n## North\n\n"
        f"{a_note(memory, 1)}\n\n{a_note(memory, 2)}\n\n"
        f"## South\n\n{a_note(memory, 3)}"
    )
    shared = next(token for token in tokens_in(notes) if token.startswith("w1t"))
    table = (
        "Papers of the day  \n\n## East\n\n"
        "| **Title** | **Date** | **Abstract** | **Comment** | **CodeRepository** |\n"
        "| --- | --- | --- | --- | --- |\n"
        f"{a_row(memory, 4)}{a_row(memory, 1, shared)}\n\nThe end.\n"
    )
    if not has_lookups:
        return {NOTES: notes, TABLE: table}
    place = table.index("| **[Study")
    table = table[:place] + a_row(memory, 7, has_comment=False) + table[place:]
    return {NOTES: notes, TABLE: table, PEOPLE: people(memory, shared)}


@dataclass(frozen=True)
class _Opening:
    files: Files
    state: Files
    library: EmbeddedLibrary
    last_number: int


_LISTED = '[[digest]]\npath = "*.md"\n'
_ANNOTATED = f"{_LISTED}annotations = true\n"
_OF_BIB = f"""
[[bibliography]]
path = "{BIB}"
push = true
pull = true
"""


@cache
def _opening(*, has_bib: bool, has_lookups: bool, has_annotations: bool) -> _Opening:
    memory = Memory()
    with TemporaryDirectory() as folder:
        clone = Clone(Path(folder), new_library())
        for name, text in first_texts(memory, has_lookups=has_lookups).items():
            clone.write(name, text)
        if has_bib or has_annotations:
            clone.write(CONFIG, (_ANNOTATED if has_annotations else _LISTED) + has_bib * _OF_BIB)
        outcome = carry_out(prepare(clone.workspace, Options(intent.SYNC)), silent)
        assert not outcome.failures
        state = {
            path.relative_to(clone.root).as_posix(): path.read_bytes()
            for path in (clone.root / ".zoterodigest").rglob("*")
            if path.is_file()
        }
        last = next(memory.numbers) - 1
        return _Opening(clone.files(), state, filled(clone.library.read()), last)


def open_stage(
    folder: Path,
    *,
    has_copies: bool,
    has_bib: bool,
    has_lookups: bool,
    has_annotations: bool = False,
) -> Stage:
    """Return a stage in an empty folder; with `has_copies` each clone has a library of its own.

    With `has_bib` a .bib takes part, which holds what the first sync exported; with `has_lookups` a
    digest that names authors, and an empty place for a comment. With `has_annotations` digests show
    those of their items.
    """
    opening = _opening(has_bib=has_bib, has_lookups=has_lookups, has_annotations=has_annotations)
    memory = Memory(numbers=count(opening.last_number + 1))
    libraries = [copy_of(opening.library) for _ in range(1 + has_copies)]
    clones = []
    for number in range(2):
        clone = Clone(folder / str(number), libraries[number * has_copies])
        clone.root.mkdir()
        clone.check_out(opening.files)
        for name, data in opening.state.items():
            path = clone.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        clones.append(clone)
    first = Commit(opening.files)
    digests = (*DIGESTS, PEOPLE) if has_lookups else DIGESTS
    sources = (*digests, BIB) if has_bib else digests
    synced = libraries[0].read()
    works = FIRST_LOOKED_UP if has_lookups else FIRST_WORKS
    stage = Stage(clones, [first], memory, works, synced, sources=sources)
    stage.named = named_in(clones[0].text(PEOPLE))
    texts = {name: data for name, data in opening.files.items() if name not in (LOCK, BIB)}
    for clone in clones:
        after = State(opening.files, clone.library.read())
        clone.met = library_sight(clone.library).set
        stage.runs[clone.root, 1] = Done(State(texts, Snapshot(0, (), ())), after)
    return stage


def named_in(text: str) -> dict[int, tuple[str, ...]]:
    """Return the tokens of the authors that rows of the people's table name, by work."""
    rows = (list(map(itemgetter(0), TOKEN.finditer(row))) for row in text.splitlines())
    named = ([one for one in tokens if letter_of(one) == "a"] for tokens in rows)
    return {work_of(tokens[0]): tuple(tokens) for tokens in named if tokens}
