"""What a feed brings stays in its slots, and what is wanted is told apart from what is not."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.digest.corpus import EXAMPLES, document, read
from tests.digest.test_insert import is_meant
from tests.digest.test_laws import LINES
from zoterodigest.digest.read.document import Document, Headings
from zoterodigest.digest.write.shown import shows
from zoterodigest.lookup.arxiv import Newest
from zoterodigest.lookup.work import Looked
from zoterodigest.mapping import venue_table
from zoterodigest.project.config import FeedRules
from zoterodigest.project.layout import ProjectFolder
from zoterodigest.sync.new_papers.feeding import Fed, Feeding, Window, is_wanted
from zoterodigest.sync.new_papers.inserting import OpenDigest
from zoterodigest.sync.new_papers.papers import looked_fields

DAY = Window("2025-01-15", "2025-01-16")
HOSTILE = st.sampled_from(
    [
        "# A heading", "</details>", "</p></details> | x | y |", "a | b", "`code` `", "](x:y)",
        "<script>alert(1)</script>", "**bold** _it_", "> quoted", "---", "- a", "* **Authors:** Me",
        "<!-- ", "-->", "<details><summary>Abstract</summary>", "&lt;b&gt;", "$a | b$ \\\\", "@{x}",
        "[[paper]](https://arxiv.org/abs/2001.00001)", "arXiv:2001.00001", "![x](y)", "~~~", "```",
        "<<<<<<< HEAD", "\u202e", "et al.", "A, B, et al.",
    ]
)  # fmt: skip
WORDS = st.lists(HOSTILE | LINES, min_size=1, max_size=4).map(" ".join)


@st.composite
def hostile_papers(draw: st.DrawFn) -> Looked:
    """A paper whose texts are what the reader of feeds may let through: any single line."""
    texts = [" ".join(draw(WORDS).split()) for _ in range(4)]
    names = draw(st.lists(HOSTILE | st.just("Ada Lovelace"), min_size=1, max_size=3))
    return Looked(
        "2501.08001", 2, texts[0], (*names, "Alan Turing"), texts[1], "2025-01-15", "2025-01-16",
        categories=("cs.CV", "hep-th"), comment=texts[2],
    )  # fmt: skip


def rules(**given: object) -> FeedRules:
    """The rules of a feed."""
    return FeedRules.model_validate({"digest": "a.md", "categories": ["cs.CV"], **given})


@cache
def beginning(path: Path) -> Document:
    """The beginning of a digest: its first entries."""
    whole = document(path)
    return read(whole.source[: whole.entries[2].span.end] + b"\n", path.name)


def fed(folder: Path, example: Document, paper: Looked, **given: object) -> tuple[Fed, OpenDigest]:
    """What comes of feeding one paper into an example, and the digest then."""
    (folder / example.name).write_bytes(example.source)
    project = ProjectFolder.load(folder / "zoterodigest.toml")
    feeding = Feeding(project, venue_table(), DAY)
    outcome = feeding.feed(rules(digest=example.name, **given), Newest((paper,)))
    changed: dict[str, OpenDigest] = {digest.key: digest for digest in feeding.changed}
    return outcome, changed.get(outcome.digest) or opened(feeding, outcome.digest)


def opened(feeding: Feeding, key: str) -> OpenDigest:
    """A digest as the run holds it."""
    return feeding._opened[key]


def outline(document: Document) -> list[str]:
    """The headings of a document."""
    return [heading.text for heading, _ in Headings(document.lines).keyed]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project without digests, with the tutorial's format."""
    folder = tmp_path_factory.mktemp("feeds")
    (folder / "zoterodigest.toml").write_text("")
    for path in EXAMPLES[0].parent.glob("*.format.toml"):
        shutil.copy(path, folder)
    return folder


@given(example=st.sampled_from(EXAMPLES), paper=hostile_papers())
def test_hostile_text_of_a_feed_stays_in_its_slots(
    folder: Path, example: Path, paper: Looked
) -> None:
    before = beginning(example)
    section = before.entries[0].headings[-1]

    outcome, digest = fed(folder, before, paper, section=section)

    assert outline(digest.document) == outline(before)
    readings = [it.reading for it in before.entries]
    new = [it for it in digest.document.entries if it.reading not in readings]
    assert [it.reading for it in digest.document.entries if it not in new] == readings
    assert len(new) == len(outcome.came)
    fields = looked_fields(paper, venue_table())
    for entry in new:
        shown = entry.reading.fields
        assert shows(shown["title"], fields["title"])
        others = [name for name in shown if name not in ("links", "venue")]
        assert [name for name in others if not is_meant(name, shown[name], fields)] == []


@given(paper=hostile_papers())
def test_hostile_text_makes_no_entries_of_a_new_day(folder: Path, paper: Looked) -> None:
    example = next(path for path in EXAMPLES if path.stem.startswith("daily-bullets"))
    (folder / "list-2025-01-14.md").write_bytes(beginning(example).source)
    (folder / "list-2025-01-16.md").unlink(missing_ok=True)
    project = ProjectFolder.load(folder / "zoterodigest.toml")
    feeding = Feeding(project, venue_table(), DAY)

    outcome = feeding.feed(rules(digest="list-{year}-{month}-{day}.md"), Newest((paper,)))

    digest = opened(feeding, outcome.digest)
    assert len(digest.document.entries) == len(outcome.came)
    if outcome.came:
        assert outline(digest.document) == outline(beginning(example))


def paper(title: str, abstract: str = "", comment: str = "") -> Looked:
    """A paper that says this."""
    return Looked("2501.1", 1, title, ("A B",), abstract, "2025-01-15", "", comment=comment)


@pytest.mark.parametrize(
    ("given", "is_kept"),
    [
        (paper("A DIFFUSION Model"), True),
        (paper("Latent-Diffusion-Models"), True),
        (paper("X", "We use text-to-image models."), True),
        (paper("X", comment="Code for diffusion"), True),
        (paper("Diffusions"), True),
        (paper("Diffusional things"), False),
        (paper("Organ"), False),
        (paper("GANs for diffusion"), False),
        (paper("Diffusion", "A survey."), False),
        (paper("Nothing of it"), False),
    ],
)
def test_keywords_are_whole_words_and_exclusions_win(given: Looked, is_kept: bool) -> None:
    feed = rules(keywords=["Diffusion", "text to image", "organs of"], exclude=["GAN", "survey"])

    assert is_wanted(feed, given) is is_kept


def test_without_keywords_all_papers_are_wanted() -> None:
    assert is_wanted(rules(), paper("Anything"))


def test_a_list_without_an_evident_heading_stops_no_other_feed(folder: Path) -> None:
    example = next(path for path in EXAMPLES if path.stem == "awesome-list")

    outcome, _ = fed(folder, document(example), paper("Anything new"))

    (failed,) = outcome.failed
    assert failed.reason == "awesome-list.md: entries stand under several headings"


@pytest.mark.parametrize("section", ["[New](#top)", "New"])
def test_a_section_may_be_named_as_its_heading_is_written(folder: Path, section: str) -> None:
    example = next(path for path in EXAMPLES if path.stem == "awesome-list")
    source = document(example).source + b"\n## [New](#top)\n"

    outcome, digest = fed(folder, read(source, example.name), paper("Anything"), section=section)

    assert len(outcome.came) == 1
    assert outline(digest.document) == [*outline(document(example)), "New"]
