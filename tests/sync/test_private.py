"""What stands below a heading "Private" of a note is in no file but the library."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.sync.digests import folded
from tests.sync.world import World
from zoterodigest.core.links.link import fingerprint
from zoterodigest.notes.editor import editor_form
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options, prepare
from zoterodigest.sync.syncing.sync_run import carry_out

TITLE = "A Paper about Perfectly Normal Things"
SECRET = "mysecretword"
PULL, SYNC, PUSH = (Options(direction) for direction in
                    (intent.PULL, intent.SYNC, intent.PUSH))  # fmt: skip

NAMES = st.sampled_from(
    ["Private", "PRIVATE", "private:", " Private ", "<b>Pri</b>vate", "Private："]
)
HIDDEN = st.sampled_from(
    [
        f"<p>{SECRET}</p>",
        f"<ul><li>{SECRET}</li><li>x {SECRET}</li></ul>",
        f"<blockquote><p>{SECRET}</p></blockquote>",
        f"<pre>{SECRET}</pre>",
        f"<h6>{SECRET}</h6><p>{SECRET}</p>",
        f"<table><tr><td>{SECRET}</td></tr></table>",
        f'<p><a href="https://x.org/{SECRET}">{SECRET}</a></p>',
        f'<p><span class="math">${SECRET}$</span></p>',
    ]
)
PRIVATE = st.builds(
    lambda level, name, hidden: f"<h{level}>{name}</h{level}>{''.join(hidden)}",
    st.integers(1, 5),
    NAMES,
    st.lists(HIDDEN, min_size=1, max_size=3),
)
SHOWN = st.sampled_from(["", "<p>shown</p>", "<h4>Shown</h4>", "<h3>Mine</h3><p>shown</p>"])
INSERTS = st.lists(st.tuples(st.integers(0, 20), PRIVATE, SHOWN), min_size=1, max_size=3)


def with_inserts(note: str, inserts: list[tuple[int, str, str]]) -> str:
    """Put private parts, each with what is shown above it, between the blocks of a note."""
    for place, private, shown in inserts:
        lines = note.split("\n")
        tops = [
            at for at, line in enumerate(lines) if line.startswith(("<h", "<p", "<ul", "</div"))
        ]
        lines.insert(tops[place % len(tops)], shown + private)
        note = "\n".join(lines)
    return note


def files_of(world: World) -> Iterator[tuple[Path, bytes]]:
    """Yield all files of the project but the library itself, with what they hold."""
    for path in sorted(world.root.rglob("*")):
        if path.is_file() and not path.name.startswith("library.sqlite"):
            yield path, path.read_bytes()


@given(inserts=INSERTS, is_edited=st.booleans(), is_saved=st.booleans())
@example([(1, f"<h3>Private</h3><p>{SECRET}</p>", "")], True, False)
@example([(0, f"<h1>Private</h1><p>{SECRET}</p>", "")], True, True)
@settings(max_examples=settings().max_examples // 4)
def test_no_private_word_reaches_a_file_of_the_project(
    inserts: list[tuple[int, str, str]], is_edited: bool, is_saved: bool
) -> None:
    sections = [("Key points", ("one", "two")), ("Limits", ("three",))]
    with TemporaryDirectory() as folder:
        world = World(Path(folder))
        world.markdown("Survey.md", f"## S\n\n{folded(TITLE, '2401.00001', sections=sections)}")
        world.push()
        note = with_inserts(world.note(TITLE), inserts)
        world.change(world.note_key(TITLE), note=editor_form(note) if is_saved else note)

        carry_out(prepare(world.workspace(), PULL), lambda done, total: None)
        if is_edited:
            text = (world.root / "Survey.md").read_text("utf-8")
            world.markdown("Survey.md", text.replace("* two\n", "* 2\n"))
        for options in (SYNC, PUSH):
            outcome = carry_out(prepare(world.workspace(), options), lambda done, total: None)
            assert SECRET not in repr(outcome.prepared.plan)

        assert world.note(TITLE).count(SECRET) == note.count(SECRET)
        for path, data in files_of(world):
            assert SECRET.encode() not in data, path
            assert fingerprint(SECRET).encode() not in data, path
            assert fingerprint(f"<p>{SECRET}</p>").encode() not in data, path


def test_a_private_heading_of_a_digest_is_not_pushed_and_leaves_nothing_to_do(world: World) -> None:
    sections = [("Key points", ("one",)), ("Private", (SECRET,))]
    world.markdown("Survey.md", f"## S\n\n{folded(TITLE, '2401.00001', sections=sections)}")
    world.first_push()

    assert SECRET not in world.note(TITLE)
    assert prepare(world.workspace(), SYNC).plan.is_settled
    assert prepare(world.workspace(), PUSH).plan.is_settled
