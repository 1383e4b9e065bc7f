"""`feed`: new papers of arXiv, asked for over HTTP, come into digests, each once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
import typer

from tests.cli.conftest import EXAMPLES, Ran, Zoterodigest
from tests.cli.test_add import added_to
from tests.golden_files import GoldenFiles
from tests.lookup.answers import Paper
from tests.lookup.arxiv_site import answering
from tests.lookup.site import Site, cut, empty_page, serving, status
from zoterodigest.cli.commands.feed import window
from zoterodigest.sync.new_papers.feeding import Window

PAPERS = (
    Paper(
        "2501.09001",
        title="Diffusion Models for Everything",
        authors=tuple(f"Author Number{letter}" for letter in "ABCDEFGH"),
        abstract="We diffuse. Code is at https://github.com/a/b.",
        published="2025-01-16T01:00:00Z",
        comment="12 pages",
    ),
    Paper(
        "2501.08001", version=2, title="Another DDPM", published="2025-01-15T10:00:00Z",
        categories=("cs.LG",),
    ),
    Paper("2501.08002", title="Organs, not Gans", published="2025-01-15T10:00:00Z"),
    Paper("2501.08003", title="A Survey of Diffusion", published="2025-01-15T09:00:00Z"),
    Paper("2501.08004", title="No Diffusion", comment="This paper has been withdrawn by us",
          published="2025-01-15T08:00:00Z"),
    Paper("2501.07001", title="Old Diffusion", published="2025-01-09T10:00:00Z"),
    Paper("2501.08005", title="Diffusion of Gases", published="2025-01-15T10:00:00Z",
          categories=("physics.flu-dyn",)),
)  # fmt: skip
RULES = """\
[[feed]]
name = "Diffusion"
digest = "{digest}"
categories = ["cs.CV", "cs.LG"]
keywords = ["Diffusion", "DDPM"]
exclude = ["survey"]
"""
DAY = ("--since", "2025-01-15", "--until", "2025-01-16")

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """ArXiv, with a few papers."""
    monkeypatch.delenv("ZOTERODIGEST_OFFLINE")
    with serving(answering(PAPERS)) as site:
        yield site


Configure = Callable[..., None]


@pytest.fixture
def configure(site: Site, tmp_path: Path) -> Configure:
    """Write a configuration with a feed into this digest."""

    def write(digest: str, more: str = "", before: str = "") -> None:
        lookup = f'[lookup]\narxiv = "{site.url}"\n'
        text = f"{before}\n{RULES.format(digest=digest)}{more}\n{lookup}"
        (tmp_path / "zoterodigest.toml").write_text(text)

    return write


@pytest.fixture
def feed(zoterodigest: Zoterodigest) -> Callable[..., Ran]:
    """Run the feeds for two days."""
    return lambda *options: zoterodigest("feed", *DAY, *options)


Feed = Callable[..., Ran]
FIRST_FILE = """\
# Diffusion · 2025-01-16

- **[Diffusion Models for Everything](https://arxiv.org/abs/2501.09001)**  `arXiv:2501.09001`  \
`cs.CV` `cs.LG`  
  _Author NumberA, Author NumberB, Author NumberC, Author NumberD, Author NumberE, Author NumberF, \
Author NumberG, Author NumberH_
  <details open><summary>Abstract</summary>
  We diffuse. Code is at https://github.com/a/b.
  </details>

- **[Another DDPM](https://arxiv.org/abs/2501.08001)**  `arXiv:2501.08001`  `cs.LG`  
  _Ada Lovelace, Alan Turing_
  <details open><summary>Abstract</summary>
  We study it.
  </details>
"""


def test_the_first_file_of_a_feed_is_a_list_of_its_papers(
    feed: Feed, configure: Configure, tmp_path: Path
) -> None:
    configure("daily/{year}-{month}-{day}.md")

    ran = feed()

    assert (ran.code, ran.err) == (0, "")
    assert (tmp_path / "daily/2025-01-16.md").read_text("utf-8") == FIRST_FILE
    assert ran.out == (
        "Diffusion: daily/2025-01-16.md\n"
        "  + 2501.09001  Diffusion Models for Everything\n"
        "  + 2501.08001  Another DDPM\n"
        "  4 papers found, 3 match, 2 new, 1 withdrawn\n"
        "Done: 2 entries added to daily/2025-01-16.md.\n"
        "Next: `zoterodigest sync` brings them into the library.\n"
    )


def test_what_a_feed_wrote_is_synced_without_being_named_anywhere_else(
    feed: Feed, configure: Configure, zoterodigest: Zoterodigest
) -> None:
    configure("daily/{year}-{month}-{day}.md")
    feed()

    synced = zoterodigest("sync", "--offline")
    doctor = zoterodigest("doctor")

    assert (synced.code, synced.err) == (0, "")
    assert "  daily/2025-01-16.md\n    new items                2" in synced.out
    assert doctor.code == 0


def test_a_second_run_adds_nothing_and_touches_no_file(
    feed: Feed, configure: Configure, tmp_path: Path
) -> None:
    configure("daily/{year}-{month}-{day}.md", before='[[digest]]\npath = "daily/*.md"\n')
    feed()
    path = tmp_path / "daily/2025-01-16.md"
    before = path.read_bytes(), path.stat().st_mtime_ns

    again = feed()
    next_day = feed("--until", "2025-01-17")

    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert again.out.endswith("0 new, 2 known already, 1 withdrawn\nNothing new.\n")
    assert (again.code, next_day.code) == (0, 0)
    assert [it.name for it in (tmp_path / "daily").iterdir()] == ["2025-01-16.md"]


def test_a_new_file_looks_like_that_of_the_day_before(
    feed: Feed, configure: Configure, tmp_path: Path, golden: GoldenFiles
) -> None:
    name = "daily-bullets-2025-01-15.md"
    (tmp_path / name).write_bytes((EXAMPLES / name).read_bytes())
    configure("daily-bullets-{year}-{month}-{day}.md")

    assert feed().code == 0

    written = tmp_path / "daily-bullets-2025-01-16.md"
    golden.check(GOLDEN / written.name, written.read_bytes().decode())
    assert (tmp_path / name).read_bytes() == (EXAMPLES / name).read_bytes()


def test_a_badge_counts_what_comes_later_on_the_same_day(
    feed: Feed, configure: Configure, tmp_path: Path
) -> None:
    (tmp_path / "new.md").write_bytes((EXAMPLES / "daily-bullets-2025-01-15.md").read_bytes())
    configure("new.md", "maximum = 1")

    first, second, third = feed(), feed(), feed()

    text = (tmp_path / "new.md").read_text("utf-8")
    assert "1 left for the next run (maximum)" in first.out
    assert "/badge/Papers-8-2688EB" in text
    assert second.code == third.code == 0
    assert third.out.endswith("Nothing new.\n")


BY_DAY = """\
# Papers

Some words.

## Papers for 2025-01-15 ##

| Title | Date | Abstract |
| --- | --- | --- |
| **[One](http://arxiv.org/abs/2501.00001v1)** | 2025-01-14 | <details><summary>Show</summary>\
<p>It.</p></details> |


## Papers for 2025-01-14 ##

| Title | Date | Abstract |
| --- | --- | --- |
| **[Two](http://arxiv.org/abs/2501.00002v1)** | 2025-01-13 | <details><summary>Show</summary>\
<p>It.</p></details> |
"""


def test_a_digest_with_a_section_for_each_day_gets_one(
    feed: Feed, configure: Configure, tmp_path: Path
) -> None:
    path = tmp_path / "papers.md"
    path.write_text(BY_DAY)
    configure("papers.md", 'order = "oldest"')

    ran = feed()

    assert ran.code == 0, ran.err
    assert added_to(BY_DAY, path) == (
        "## Papers for 2025-01-16 ##\n\n| Title | Date | Abstract |\n| --- | --- | --- |\n"
        "| **[Another DDPM](http://arxiv.org/abs/2501.08001v2)** | 2025-01-15 | <details>"
        "<summary>Show</summary><p>We study it.</p></details> |\n"
        "| **[Diffusion Models for Everything](http://arxiv.org/abs/2501.09001v1)** | 2025-01-16 |"
        " <details><summary>Show</summary><p>We diffuse. Code is at https://github.com/a/b.</p>"
        "</details> |"
    )
    assert feed().out.endswith("Nothing new.\n")


def test_where_days_go_downwards_the_new_one_ends_the_digest(
    feed: Feed, configure: Configure, tmp_path: Path
) -> None:
    path = tmp_path / "papers.md"
    text = "## 2025/01/14\n\n- [A b c](https://arxiv.org/abs/2501.00001)\n\n## 2025/01/15\n\n"
    text += "- [D e f](https://arxiv.org/abs/2501.00002)"
    path.write_text(text)
    configure("papers.md")

    assert feed().code == 0

    assert path.read_text() == text + (
        "\n\n## 2025/01/16\n\n"
        "- [Diffusion Models for Everything](https://arxiv.org/abs/2501.09001)\n"
        "- [Another DDPM](https://arxiv.org/abs/2501.08001)"
    )


def test_a_section_that_the_feed_names_is_made_where_it_is_missing(
    feed: Feed, configure: Configure, tmp_path: Path
) -> None:
    path = tmp_path / "papers.md"
    text = "# All\n\n## Read\n\n- [A b c](https://arxiv.org/abs/2501.00001)\n"
    path.write_text(text)
    configure("papers.md", 'section = "New in {year}-{month}"\nmaximum = 1')

    codes = feed().code, feed().code

    assert codes == (0, 0)
    assert path.read_text() == (
        "# All\n\n## New in 2025-01\n\n"
        "- [Diffusion Models for Everything](https://arxiv.org/abs/2501.09001)\n"
        "- [Another DDPM](https://arxiv.org/abs/2501.08001)\n\n"
        "## Read\n\n- [A b c](https://arxiv.org/abs/2501.00001)\n"
    )


@pytest.mark.parametrize("stem", ["generation-daily", "quoted-notes"])
def test_new_entries_of_a_list_stand_where_their_dates_belong(
    stem: str, feed: Feed, configure: Configure, tmp_path: Path, golden: GoldenFiles
) -> None:
    text = (EXAMPLES / f"{stem}.md").read_text("utf-8")
    path = tmp_path / "list.md"
    path.write_text(text, "utf-8")
    configure("list.md")

    assert feed().code == 0

    golden.check_page(GOLDEN / "fed-entries.txt", stem, added_to(text, path))


def test_what_the_lock_file_knows_does_not_come_back(
    feed: Feed, configure: Configure, zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    configure("new.md", before='[[digest]]\npath = "new.md"\n')
    feed("--until", "2025-01-15")
    zoterodigest("sync", "--yes", "--offline")
    (tmp_path / "new.md").write_text("# Empty\n")
    zoterodigest("sync", "--yes", "--offline", "--allow-removals")

    ran = feed()

    assert "1 new, 1 known already" in ran.out
    assert "2501.08001" not in (tmp_path / "new.md").read_text()


def test_half_an_answer_adds_what_came_and_the_next_run_the_rest(
    feed: Feed, configure: Configure, site: Site, tmp_path: Path
) -> None:
    configure("new.md")
    site.always = cut(0.5)

    ran = feed()
    site.always = None
    again = feed()

    assert (ran.code, again.code) == (1, 0)
    assert "error: Diffusion: papers may be missing, as arXiv's answer breaks off" in ran.err
    assert "+ 2501.09001" in ran.out
    assert "+ 2501.08001" in again.out
    text = (tmp_path / "new.md").read_text()
    assert [text.count(id_) for id_ in ("abs/2501.09001", "abs/2501.08001")] == [1, 1]


@pytest.mark.parametrize("fault", [status(400, "no"), empty_page], ids=["refused", "empty"])
def test_without_an_answer_nothing_is_written(
    fault: object, feed: Feed, configure: Configure, site: Site, tmp_path: Path
) -> None:
    configure("new.md")
    site.always = fault if callable(fault) else None

    ran = feed()

    assert not (tmp_path / "new.md").exists()
    assert ran.code == (0 if fault is empty_page else 1)
    assert ("Nothing new." in ran.out) is (ran.code == 0)


def test_a_dry_run_writes_nothing_and_json_tells_all(
    feed: Feed, configure: Configure, tmp_path: Path
) -> None:
    configure("new.md")

    dry = feed("--dry-run")
    assert not (tmp_path / "new.md").exists()
    data = json.loads(feed("--json").out)

    assert "Planned: 2 entries added to new.md. " in dry.out
    (one,) = data["feeds"]
    assert (data["written"], one["digest"], one["matching"], one["fault"]) == (
        True, "new.md", 3, "",
    )  # fmt: skip
    lines = (tmp_path / "new.md").read_text("utf-8").splitlines()
    assert all(each["title"] in lines[each["line"] - 1] for each in one["added"])


def test_two_feeds_share_a_digest_and_no_paper(
    feed: Feed, configure: Configure, tmp_path: Path
) -> None:
    more = '[[feed]]\nname = "all"\ndigest = "new.md"\ncategories = ["cs.CV"]\n'
    configure("new.md", more)

    ran = feed()

    assert ran.code == 0
    text = (tmp_path / "new.md").read_text("utf-8")
    assert [text.count(f"abs/{paper.id})") for paper in PAPERS] == [1, 1, 1, 1, 0, 0, 0]
    assert "all: new.md" in ran.out


def test_feeds_are_named_and_unknown_ones_refused(
    feed: Feed, configure: Configure, zoterodigest: Zoterodigest
) -> None:
    configure("new.md")

    assert feed("Diffusion", "--dry-run").code == 0
    unknown = feed("Fusion")
    offline = zoterodigest("feed", "--offline")

    assert (unknown.code, offline.code) == (2, 2)
    assert "there is no feed called Fusion" in unknown.err
    assert "Feeds: Diffusion." in unknown.err
    assert "new papers come from arXiv" in offline.err


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('digest = "daily/*.md"\ncategories = ["cs.CV"]', "a feed goes into one digest"),
        ('digest = "a.md"', "a feed needs categories, keywords, or both"),
        ('digest = "a.md"\ncategories = ["cs.CV OR all"]', "is no category of arXiv"),
        ('digest = "a.md"\nkeywords = ["--"]', "a word is expected"),
        ('digest = "{day}.md"\nkeywords = ["x"]', "a date has a year"),
        ('digest = "{name}.md"\nkeywords = ["x"]', "braces stand only in"),
    ],
)
def test_a_wrong_feed_is_told_in_one_sentence(
    line: str, reason: str, zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "zoterodigest.toml").write_text(f"[[feed]]\n{line}\n")

    ran = zoterodigest("feed")

    assert ran.code == 12
    assert reason in ran.err


def test_days_are_told_in_words_numbers_or_as_a_date() -> None:
    today = date(2025, 3, 1)

    assert window("yesterday", "today", today) == Window("2025-02-28", "2025-03-01")
    assert window("7d", "1d", today) == Window("2025-02-22", "2025-02-28")
    assert window("2024-12-31", "2025-01-01", today) == Window("2024-12-31", "2025-01-01")
    for since, until in (("tomorrow", "today"), ("2025-02-30", "today"), ("today", "yesterday")):
        with pytest.raises(typer.BadParameter):
            window(since, until, today)


def test_what_a_feed_brought_is_in_the_log_and_a_file_that_it_made_goes_with_an_undo(
    zoterodigest: Zoterodigest, configure: Configure, feed: Callable[..., Ran], tmp_path: Path
) -> None:
    configure("daily/{year}-{month}-{day}.md")
    assert feed().code == 0
    (made,) = (tmp_path / "daily").iterdir()
    text = made.read_text(encoding="utf-8")
    logged = zoterodigest("log")

    undone = zoterodigest("undo", "--yes")

    assert "feed" in logged.out
    assert (undone.code, made.exists()) == (0, False)
    assert zoterodigest("redo", "--yes").code == 0
    assert made.read_text(encoding="utf-8") == text
