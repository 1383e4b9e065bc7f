"""`add`: papers looked up over HTTP become entries that look like their neighbours."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import EXAMPLES, Zoterodigest
from tests.digest.corpus import document
from tests.golden_files import GoldenFiles
from tests.lookup.answers import Paper, crossref_work, scholar_paper
from tests.lookup.arxiv_site import answering
from tests.lookup.site import Site, serving, status
from zoterodigest.sync.new_papers.inserting import UnclearSection, section_for

PAPERS = (
    Paper(
        "2501.00001",
        title="A New Way to Make Pictures",
        authors=tuple(f"Author Number{letter}" for letter in "ABCDEFGH"),
        abstract="We make pictures. Code: https://github.com/a/b.",
        published="2025-01-02T10:00:00Z",
        comment="Accepted at CVPR 2025",
    ),
    Paper("2501.00002", version=3, title="Another Way", published="2025-01-03T10:00:00Z"),
    Paper("2501.00009", title="A Mistake of Ours", comment="This paper has been withdrawn"),
)
WORK = crossref_work(
    **{
        "title": ["A Published Study of It"],
        "container-title": ["International Conference on Machine Learning"],
    }
)
IN_ANTHOLOGY = scholar_paper(
    title="Another Way, Published",
    externalIds={"ArXiv": "2501.00002"},
    venue="Annual Meeting of the Association for Computational Linguistics",
    publicationVenue=None,
    year=2025,
)
DIGEST = """\
# Papers

## To read

- [One paper with a title](https://arxiv.org/abs/2001.00001), CVPR 2020. [[code]](https://github.com/c/d)

## Read

- [Another paper with a title](https://arxiv.org/abs/2002.00002), ICLR 2021.
"""
BIBTEX = """@inproceedings{me2020, title={A {Way} Without arXiv}, author={Doe, Jane and Roe, Rob},
 booktitle={International Conference on Machine Learning}, year=2020, doi={10.5555/ABC}}"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Where this project looks papers up."""
    monkeypatch.delenv("ZOTERODIGEST_OFFLINE")
    works = {"10.5555/proc.2023.17": WORK, "ACL:2020.acl-main.1": IN_ANTHOLOGY}
    with serving(answering(PAPERS, works)) as site:
        names = ("arxiv", "crossref", "dblp", "semantic_scholar")
        addresses = "".join(f'{name} = "{site.url}"\n' for name in names)
        config = f'[[digest]]\npath = "*.md"\n\n[lookup]\n{addresses}'
        (tmp_path / "zoterodigest.toml").write_text(config)
        yield site


Keep = Callable[..., Path]


@pytest.fixture
def keep(tmp_path: Path) -> Keep:
    """Keep a digest in the project."""

    def write(text: str = DIGEST, name: str = "papers.md") -> Path:
        path = tmp_path / name
        path.write_text(text, "utf-8", newline="")
        return path

    return write


def added_to(before: str, path: Path) -> str:
    """The lines that stand in a digest now and did not before; all others must be as they were."""
    rest = before.splitlines(keepends=True)
    added = []
    for line in path.read_text("utf-8").splitlines(keepends=True):
        if rest and line == rest[0]:
            rest.pop(0)
        else:
            added.append(line)
    assert rest == []
    return "".join(added).strip("\n")


def test_a_paper_of_arxiv_becomes_an_entry_below_the_heading_asked_for(
    zoterodigest: Zoterodigest, site: Site, keep: Keep
) -> None:
    path = keep()

    ran = zoterodigest("add", "https://arxiv.org/pdf/2501.00001v1", "--section", "to read")

    entry = (
        "- [A New Way to Make Pictures](https://arxiv.org/abs/2501.00001), CVPR 2025."
        " [[code]](https://github.com/a/b)"
    )
    assert ran.code == 0, ran.err
    assert path.read_text() == DIGEST.replace("c/d)\n", f"c/d)\n{entry}\n")
    assert ran.out == (
        "papers.md:6  below “To read”\n"
        "  + - [A New Way to Make Pictures](https://arxiv.org/abs/2501.00001), CVPR 2025…\n"
        "papers.md cannot show all that is known. With the next sync, the library gets\n"
        "the rest: authors, categories, comment and abstract.\n"
        "Done: 1 entry added to papers.md.\n"
        "Next: `zoterodigest sync` brings it into the library.\n"
    )


def test_several_papers_come_at_once_and_one_that_fails_stops_no_other(
    zoterodigest: Zoterodigest, site: Site, keep: Keep
) -> None:
    path = keep()

    ran = zoterodigest(
        "add", "2501.00001", "2599.99999", "nonsense", "2002.00002", "2501.00002",
        "arXiv:2501.00001v1", "--section", "Read",
    )  # fmt: skip

    assert ran.code == 1
    assert [line[:14] for line in added_to(DIGEST, path).splitlines()] == [
        "- [A New Way t",
        "- [Another Way",
    ]
    assert ran.out.endswith("brings them into the library.\n")
    assert ran.err.splitlines() == [
        "error: 2002.00002: is already at papers.md:9",
        "hint: Pass --allow-duplicate to add it anyway.",
        "error: arXiv:2501.00001v1: asked for twice",
        "error: 2599.99999: arXiv has no such paper",
        "error: nonsense: this is no arXiv id, DOI, web address or BibTeX",
    ]
    assert len(site.requests) == 1


def test_a_paper_in_another_digest_of_the_project_is_told_with_its_place(
    zoterodigest: Zoterodigest, site: Site, keep: Keep
) -> None:
    keep()
    other = keep("# Other\n\n- [Third](https://arxiv.org/abs/2003.00003)\n", "other.md")

    ran = zoterodigest("add", "2001.00001", "--to", "other.md", "--offline")
    doubled = zoterodigest("add", "2501.00002", "--to", "other.md", "--allow-duplicate")

    assert (ran.code, doubled.code) == (1, 0)
    assert ran.err.startswith("error: 2001.00001: is already at papers.md:5\n")
    assert "Another Way" in other.read_text()
    again = zoterodigest("add", "2501.00002", "--to", "papers.md", "--section", "Read")
    assert again.err.startswith("error: 2501.00002: is already at other.md:4\n")


def test_a_doi_is_asked_for_at_crossref(zoterodigest: Zoterodigest, site: Site, keep: Keep) -> None:
    path = keep()

    ran = zoterodigest("add", "https://doi.org/10.5555/PROC.2023.17", "--section", "Read")

    assert ran.code == 0, ran.err
    assert added_to(DIGEST, path) == (
        "- [A Published Study of It](https://doi.org/10.5555/PROC.2023.17), ICML 2023."
    )


def test_a_page_of_a_paper_is_asked_for_at_semantic_scholar_and_then_at_arxiv(
    zoterodigest: Zoterodigest, site: Site, keep: Keep
) -> None:
    text = (EXAMPLES / "generation-daily.md").read_text("utf-8")
    path = keep(text)

    ran = zoterodigest("add", "https://aclanthology.org/2020.acl-main.1/", "https://x.org/unknown")

    assert ran.code == 1
    assert (
        ran.err == "error: https://x.org/unknown: no source knows it; `add` also takes its BibTeX\n"
    )
    assert added_to(text, path).startswith(
        "| **[Another Way, Published](http://arxiv.org/abs/2501.00002v3)** | 2025-01-03 |"
    )


def test_bibtex_comes_in_without_asking_anybody(
    zoterodigest: Zoterodigest, keep: Keep, tmp_path: Path
) -> None:
    path = keep()
    (tmp_path / "more.bib").write_text(
        "@article{a, title={From a File}, author={A B}, journal={JMLR}, year=2001}\n@article{b,\n"
    )

    ran = zoterodigest(
        "add", BIBTEX, "more.bib", "2501.00001", "--offline", "--to", "papers.md",
        "--section", "Read",
    )  # fmt: skip

    assert ran.code == 1
    assert added_to(DIGEST, path) == (
        "- [A Way Without arXiv](https://doi.org/10.5555/ABC), ICML 2020.\n"
        "- **From a File** JMLR 2001"
    )
    assert "error: 2501.00001: nothing is looked up in this run (offline)" in ran.err
    assert "error: more.bib:2: this is no whole entry" in ran.err


def test_two_papers_of_one_title_come_together_if_their_dois_differ(
    zoterodigest: Zoterodigest, site: Site, keep: Keep
) -> None:
    path = keep()
    other = BIBTEX.replace("10.5555/ABC", "10.5555/DEF").replace("Doe, Jane", "Poe, Joan")

    ran = zoterodigest("add", BIBTEX, other, BIBTEX, "--offline", "--section", "Read")

    assert ran.err == "error: me2020: asked for twice\n"
    assert len(added_to(DIGEST, path).splitlines()) == 2


def test_ids_and_bibtex_are_read_from_standard_input(
    zoterodigest: Zoterodigest, site: Site, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = keep()

    for given in ("2501.00001\n\n2501.00002\n", BIBTEX):
        monkeypatch.setattr(sys, "stdin", io.StringIO(given))
        assert zoterodigest("add", "-", "--section", "Read").code == 0

    assert len(added_to(DIGEST, path).splitlines()) == 3


def test_a_dry_run_and_json_show_what_would_be_written(
    zoterodigest: Zoterodigest, site: Site, keep: Keep
) -> None:
    path = keep()

    dry = zoterodigest("add", "2501.00009", "--section", "Read", "--dry-run")
    data = json.loads(zoterodigest("add", "2501.00009", "--section", "Read", "--json").out)

    assert "note: it was withdrawn from arXiv: This paper has been withdrawn" in dry.out
    assert "\nPlanned: 1 entry added to papers.md. Run the command" in dry.out
    assert (data["digest"], data["written"]) == ("papers.md", True)
    assert data["added"][0]["text"] in path.read_text()
    assert data["added"][0]["line"] == 10


def test_a_dry_run_that_would_add_nothing_says_so(zoterodigest: Zoterodigest, keep: Keep) -> None:
    keep()

    dry = zoterodigest("add", "2001.00001", "--to", "papers.md", "--offline", "--dry-run")

    assert (dry.code, dry.out) == (1, "Nothing was added to papers.md.\n")


def test_without_a_heading_that_is_evident_all_are_listed(
    zoterodigest: Zoterodigest, site: Site, keep: Keep
) -> None:
    path = keep()

    ran = zoterodigest("add", "2501.00001")
    misspelt = zoterodigest("add", "2501.00001", "--section", "Reed")

    assert (ran.code, misspelt.code) == (2, 2)
    assert ran.err == (
        "error: papers.md: entries stand under several headings\n"
        "hint: Name it with --section (in a feed: section): “To read”, “Read”.\n"
    )
    assert "there is no heading “Reed”" in misspelt.err
    assert path.read_text() == DIGEST


def test_of_dated_headings_the_newest_takes_new_entries(
    zoterodigest: Zoterodigest, site: Site, keep: Keep
) -> None:
    text = DIGEST.replace("To read", "2025-01-01").replace("## Read", "## 2024-12-31")
    path = keep(text)

    assert zoterodigest("add", "2501.00001").code == 0

    assert "c/d)\n- [A New Way" in path.read_text()


def test_several_digests_and_none_named_is_refused(
    zoterodigest: Zoterodigest, site: Site, keep: Keep
) -> None:
    keep()
    keep(name="other.md")

    ran = zoterodigest("add", "2501.00001")

    assert ran.code == 2
    assert ran.err.splitlines()[1] == "hint: --to DIGEST: other.md, papers.md."


def test_a_source_that_fails_is_told_and_nothing_is_written(
    zoterodigest: Zoterodigest, site: Site, keep: Keep
) -> None:
    path = keep()
    site.always = status(400, "bad")

    ran = zoterodigest("add", "2501.00001", "10.5555/proc.2023.17", "--section", "Read")

    assert ran.code == 1
    assert ran.err.count("error: ") == 2
    assert path.read_text() == DIGEST


def test_bytes_around_a_new_entry_stay_also_with_other_line_ends(
    zoterodigest: Zoterodigest, site: Site, tmp_path: Path
) -> None:
    before = ("\ufeff" + DIGEST).replace("\n", "\r\n").encode().rstrip(b"\r\n")
    path = tmp_path / "papers.md"
    path.write_bytes(before)

    assert zoterodigest("add", "2501.00002", "--section", "Read").code == 0

    after = path.read_bytes()
    assert after.startswith(before)
    assert after.removeprefix(before).startswith(b"\r\n- [Another Way](")
    assert b"\n" not in after.replace(b"\r\n", b"")


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.md")), ids=lambda path: path.stem)
def test_in_every_example_a_new_entry_looks_like_its_neighbours(
    path: Path, zoterodigest: Zoterodigest, keep: Keep, golden: GoldenFiles
) -> None:
    text = path.read_text("utf-8")
    digest = keep(text)
    for own in EXAMPLES.glob("*.format.toml"):
        keep(own.read_text(), own.name)

    ran = zoterodigest("add", "2501.00001", *section_of(path))

    assert ran.code == 0, ran.err
    golden.check_page(GOLDEN, path.name, added_to(text, digest))


def section_of(path: Path) -> tuple[str, ...]:
    """The option that names the first section with entries, for a digest without an evident one."""
    try:
        section_for(document(path))
    except UnclearSection as unclear:
        return "--section", " / ".join(unclear.sections[0].path)
    return ()


def test_a_sync_links_what_was_added_and_is_settled_then(
    zoterodigest: Zoterodigest, site: Site, keep: Keep
) -> None:
    names = ("daily-bullets-2025-01-15.md", "generation-daily.md", "papers-for-2024-12-09.md")
    digests = [keep((EXAMPLES / name).read_text("utf-8"), name) for name in names]
    for name in names:
        assert zoterodigest("add", "2501.00001", "--to", name, "--allow-duplicate").code == 0
    added = [digest.read_bytes() for digest in digests]

    assert zoterodigest("sync", "--yes", "--offline").code == 0

    assert [digest.read_bytes() for digest in digests] == added
    assert zoterodigest("status", "--check").code == 0
    assert zoterodigest("ls").out.count("A New Way to Make Pictures") == 3
    items = json.loads(zoterodigest("ls", "--json").out)
    assert [it["title"] for it in items].count("A New Way to Make Pictures") == 1


def test_the_digests_own_title_is_a_heading_too(
    zoterodigest: Zoterodigest, site: Site, keep: Keep
) -> None:
    text = "# Papers\n\n- [One paper with a title](https://arxiv.org/abs/2001.00001)\n"
    path = keep(text)

    assert zoterodigest("add", "2501.00002", "--section", "papers").code == 0

    assert path.read_text() == f"{text}- [Another Way](https://arxiv.org/abs/2501.00002)\n"


GOLDEN = Path(__file__).parent / "golden" / "added-entries.txt"


def test_what_was_added_is_in_the_log_and_can_be_undone(
    zoterodigest: Zoterodigest, site: Site, tmp_path: Path
) -> None:
    (tmp_path / "papers.md").write_text(DIGEST, encoding="utf-8")
    zoterodigest("add", "2501.00001", "--to", "papers.md", "--section", "Read")
    added = (tmp_path / "papers.md").read_text(encoding="utf-8")
    logged = zoterodigest("log")

    undone = zoterodigest("undo", "--yes")

    assert added != DIGEST
    assert "add" in logged.out
    assert undone.code == 0
    assert (tmp_path / "papers.md").read_text(encoding="utf-8") == DIGEST
    assert zoterodigest("redo", "--yes").code == 0
    assert (tmp_path / "papers.md").read_text(encoding="utf-8") == added
