"""Hostile notes: whatever a note of the library says, a pull keeps it in its own slot."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.sync.digests import folded, notes, quoted
from tests.sync.world import World
from zoterodigest.core.values.record import EMPTY, Entry, FieldKind, kind_of
from zoterodigest.digest.format.format import builtin_formats
from zoterodigest.notes.editor import editor_form
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options, prepare
from zoterodigest.sync.syncing.sync_run import carry_out

TITLES = (
    "A Paper that Stands above It",
    "A Paper with a Hostile Note",
    "A Paper that Stands below",
)
VICTIM = TITLES[1]
PULL, SYNC = Options(intent.PULL), Options(intent.SYNC)


def _ids() -> Iterator[tuple[str, str]]:
    return ((title, f"2401.0000{number}") for number, title in enumerate(TITLES, start=1))


def _rows(head: str, row: Callable[[str, str], str]) -> str:
    width = head.count("|") - 1
    lines = "".join(f"{row(title, arxiv)}\n" for title, arxiv in _ids())
    return f"## Papers\n\n{head}\n{'| --- ' * width}|\n{lines}"


def _bullet(title: str, arxiv: str) -> str:
    return (
        f"- **[{title}](https://arxiv.org/abs/{arxiv})**  `arXiv:{arxiv}`  `cs.CV`\n"
        "  _Ada Lovelace, Kurt Gödel_\n"
        "  <details open><summary>Abstract</summary>\n  An abstract.\n  </details>\n"
        "  <details><summary>Summary</summary>\n  It works.\n  </details>\n"
    )


def _item(title: str, arxiv: str) -> str:
    return f"- [{title}](https://arxiv.org/abs/{arxiv}), CVPR 2016.\n  It works.\n"


def _worded_item(title: str, arxiv: str) -> str:
    return f"- [{title}](https://arxiv.org/abs/{arxiv}) in a few words, CVPR 2016.\n  It works.\n"


def _quoted_item(title: str, arxiv: str) -> str:
    return f'* **Nick**: "{title}", *CVPR 2016*. [[arXiv]({_abs(arxiv)})] - It works.\n'


def _plain_item(title: str, arxiv: str) -> str:
    return f"- [CVPR 2016] {title} [[arXiv]({_abs(arxiv)})] - It works.\n"


def _folded(title: str, arxiv: str) -> str:
    return folded(title, arxiv, sections=[("Key points", ("one", "two")), ("Limits", ("three",))])


def _fold(title: str, arxiv: str) -> str:
    return (
        f"<details>\n<summary>{title} (CVPR 2016)</summary>\n\n"
        f"[arXiv]({_abs(arxiv)})\n\nIt works.\n\n</details>\n\n"
    )


def _html_item(title: str, arxiv: str) -> str:
    link = f'<a href="{_abs(arxiv)}">arXiv</a>'
    return f"<li><b>{title}</b>, CVPR 2016. {link}<br>It works.</li>\n"


def _headed(title: str, arxiv: str) -> str:
    link = f"- **Paper:** [arXiv]({_abs(arxiv)})\n"
    return f"### {title}\n\n- **Venue:** CVPR 2016\n{link}- **Summary:** It works.\n\n"


def _abs(arxiv: str) -> str:
    return f"https://arxiv.org/abs/{arxiv}"


DIGESTS: Mapping[str, str] = {
    "quoted-notes": notes(*(quoted(title, arxiv) for title, arxiv in _ids())),
    "details-notes": "## Survey\n\n" + "\n---\n\n".join(_folded(*one) for one in _ids()),
    "html-list": "## Papers\n\n<ul>\n" + "".join(_html_item(*one) for one in _ids()) + "</ul>\n",
    "folded-titles": "## Papers\n\n" + "".join(_fold(*one) for one in _ids()),
    "daily-bullets": "## cs.CV\n\n" + "\n".join(_bullet(*one) for one in _ids()),
    "quoted-titles": "## Papers\n\n" + "".join(_quoted_item(*one) for one in _ids()),
    "plain-titles": "## Papers\n\n" + "".join(_plain_item(*one) for one in _ids()),
    "fields": "## Papers\n\n" + "".join(_headed(*one) for one in _ids()),
    "papers": "## Papers\n\n" + "".join(_item(*one) for one in _ids()),
    "list": "## Papers\n\n" + "".join(_worded_item(*one) for one in _ids()),
    "hf-daily-table": _rows(
        "| Title | Authors | Summary |",
        lambda title, arxiv: (
            f"| {title} (Read more on [arXiv]({_abs(arxiv)}) or "
            f"[HuggingFace](https://huggingface.co/papers/{arxiv}))| Ada Lovelace | It works. |"
        ),
    ),
    "arxiv-daily-table": _rows(
        "| **Title** | **Date** | **Abstract** | **AI Summary** | **Comment** |",
        lambda title, arxiv: (
            f"| **[{title}](http://arxiv.org/abs/{arxiv}v1)** | 2024-01-02 | <details><summary>Show"
            "</summary><p>An abstract.</p></details> | <details><summary>Show</summary><p>It works."
            "</p></details> | 15 pages |"
        ),
    ),
    "table": _rows(
        "| Title | Venue | Summary | Notes |",
        lambda title, arxiv: f"| [{title}]({_abs(arxiv)}) | CVPR 2024 | It works. | Mine. |",
    ),
}
"""One small digest for each built-in format."""

HOSTILE = (
    "</details></details>",
    "<details><summary><b>Fake</b></summary>",
    "a | b || c \\| d |",
    "\n> ",
    "> **Fake Paper**",
    "> **paper title** *accept info* Task:",
    "**Fake Paper Title of Words**",
    "*CVPR 2024*, [arxiv](https://arxiv.org/abs/2401.00009)",
    "[Fake Paper](https://arxiv.org/abs/2401.00009)",
    "- [Fake Paper](https://arxiv.org/abs/2401.00009)",
    "| Title | Summary |\n| --- | --- |\n| **Fake** | x |",
    "Task: fake",
    "* **Authors:** Nobody",
    "super-brief summary",
    "task",
    "{title}",
    "one-liner",
    "# Heading",
    "---",
    "```",
    "$$x$$",
    "<!--",
    "-->",
    "<!-- zotero-note ABCD2345 -->",
    "<!-- /zotero-note ABCD2345 -->",
    "<br>",
    "<p></p>",
    "zero\u200bwidth\ufeff",
    "\u202ebidi\u2066",
    "&lt;!-- x",
    "\\",
    "`",
    "$",
    "中文",
)
SHELLS = ("{}", "<p>{}</p>", "<ul><li>{}</li></ul>", "<pre>{}</pre>", "<h4>{}</h4>", "<h3>{}</h3>",
          "<blockquote><p>{}</p></blockquote>", "<table><tr><td>{}</td></tr></table>",
          "<p><code>{}</code></p>", '<p><span class="math">${}$</span></p>', "<ol><li>{}</li></ol>",
          "<p><b>{}</b></p>", '<p><a href="{}">x</a></p>')  # fmt: skip


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


TEXTS = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=4), min_size=1, max_size=3).map(
    lambda texts: "".join(texts)
)
PIECES = st.builds(
    lambda shell, text, is_live: shell.replace("{}", text if is_live else _escaped(text)),
    st.sampled_from(SHELLS),
    TEXTS,
    st.booleans(),
)
NOTES = st.lists(PIECES, min_size=1, max_size=4).map("".join)
ALL = "".join(
    shell.replace("{}", _escaped(text))
    for text in HOSTILE
    for shell in SHELLS
    if shell != "<h3>{}</h3>"
)


@dataclass(frozen=True, slots=True)
class Pushed:
    """A folder in which the digest of one format has been pushed, and what was read there."""

    root: Path
    name: str
    entries: tuple[Entry, ...]

    def copy(self, to: Path) -> World:
        """Return a world of its own with all that stands here."""
        shutil.copytree(self.root, to)
        return World(to, [self.name])


@pytest.fixture(scope="module", params=sorted(DIGESTS))
def pushed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pushed:
    """Each built-in format in turn."""
    return push(tmp_path_factory.mktemp("hostile"), request.param)


def push(root: Path, name: str) -> Pushed:
    """Push the digest of a format from a new folder."""
    world = World(root)
    world.markdown(f"{name}.md", DIGESTS[name])
    world.push()
    gathered = prepare(world.workspace(), SYNC).gathered
    entries = gathered.entries
    (document,) = (one.document for one in gathered.digests)
    assert {one.format.name for one in document.entries} == {name}
    assert [one.fields["title"] for one in entries] == list(TITLES)
    assert any(kind_of(name) is FieldKind.BLOCKS for name in entries[1].fields)
    return Pushed(root, f"{name}.md", entries)


def test_every_built_in_format_has_a_digest_here() -> None:
    # An entry without a title has no text, so its item has no note.
    titled = {form.name for form in builtin_formats() if not form.is_untitled}
    assert DIGESTS.keys() == titled


def pulled(world: World, html: str) -> tuple[Entry, ...]:
    """Put `html` into the note of the victim, below our heading or a section's, pull, and read."""
    key = world.note_key(VICTIM)
    world.change(key, note=html)
    carry_out(prepare(world.workspace(), PULL), lambda done, total: None)
    return prepare(world.workspace(), SYNC).gathered.entries


def assert_nothing_else_moved(before: Pushed, world: World, after: tuple[Entry, ...]) -> None:
    """All entries are there, and all but the blocks of the victim says what it said."""
    assert len(after) == len(TITLES)
    for old, new in zip(before.entries, after, strict=True):
        if old.fields["title"] == VICTIM:
            # With a heading in its summary, list may read an entry that papers read: it knows a
            # place for links, which is empty.
            known = {"links": EMPTY} if "links" not in old.fields else {}
            assert _others(new) in (_others(old), _others(old) | known)
        else:
            assert (old.fields, old.raws) == (new.fields, new.raws)


def _others(entry: Entry) -> dict[str, object]:
    return {name: it for name, it in entry.fields.items() if kind_of(name) is not FieldKind.BLOCKS}


def changed(note: str, html: str, place: int) -> str:
    """Put `html` behind one of the headings of our note."""
    places = [at for at in range(len(note)) if note.startswith(("</h2>", "</h3>"), at)]
    at = places[place % len(places)] + len("</h2>")
    return note[:at] + html + note[at:]


@given(html=NOTES, place=st.integers(0, 2), is_saved=st.booleans())
@example(html=ALL, place=0, is_saved=True)
@example(html=ALL, place=1, is_saved=False)
@settings(max_examples=max(settings().max_examples // 10, 1))
def test_a_hostile_note_changes_no_other_entry_and_no_other_field(
    pushed: Pushed, html: str, place: int, is_saved: bool
) -> None:
    with TemporaryDirectory() as folder:
        world = pushed.copy(Path(folder) / "world")
        note = changed(world.note(VICTIM), html, place)

        after = pulled(world, editor_form(note) if is_saved else note)

        assert_nothing_else_moved(pushed, world, after)


@pytest.mark.parametrize(
    "name",
    [
        "quoted-notes",
        "table",
        *(pytest.param(name, marks=pytest.mark.deep) for name in sorted(DIGESTS)),
    ],
)
def test_a_note_of_400_kb_changes_no_other_entry(name: str, tmp_path: Path) -> None:
    pushed = push(tmp_path, name)
    world = World(pushed.root, [pushed.name])
    words = "all work and no &lt;/details&gt; | play " * 20
    html = changed(world.note(VICTIM), "".join(f"<p>{n} {words}</p>" for n in range(500)), 0)
    assert len(html) > 400_000

    after = pulled(world, html)

    assert_nothing_else_moved(pushed, world, after)
