"""`inspect` of a .bib."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Zoterodigest, a_digest

REFS = """\
@string{cvpr = "IEEE/CVF Conference on Computer Vision and Pattern Recognition"}
@inproceedings{he2016, author = {He, Kaiming and others}, title = {Deep {R}esidual Learning},
  booktitle = cvpr, year = 2016, pages = {770--778}}
@misc{he2016, title = {Twice}, eprint = {1706.03762}, archiveprefix = {arXiv}}
@misc{broken, title = {never closed
"""

GOLDEN = """\
refs.bib: 2 entries
  line  key     title                   id          venue or date
     2  he2016  Deep Residual Learning  -           CVPR 2016
     4  he2016  Twice                   1706.03762

  wrong, not changed
    line 4:7  the citation key he2016 stands in line 2 too
    line 5:23  a brace that is never closed

"""


def test_entries_and_problems_are_listed(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    (tmp_path / "refs.bib").write_text(REFS)

    ran = zoterodigest("inspect", "refs.bib")

    assert (ran.code, ran.out, ran.err) == (1, GOLDEN, "")


def test_a_comment_inside_an_entry_is_told_with_its_place(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "refs.bib").write_text("@misc{a,\n  % mine\n  title = {A}}\n")

    ran = zoterodigest("inspect", "refs.bib")

    told = "    line 2:3  a comment inside an entry: biber reads over it, BibTeX skips what follows"
    assert ran.code == 1
    assert told in ran.out


def test_json_has_every_field_beside_the_digests(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "refs.bib").write_text(REFS.partition("@misc{broken")[0].replace("{he", "{a", 1))
    (tmp_path / "papers.md").write_text(a_digest(("A Title", "1706.03762")))

    ran = zoterodigest("inspect", "papers.md", "refs.bib", "--json")

    data = json.loads(ran.out)
    assert ran.code == 0
    assert len(data["entries"]) == 1
    assert data["bib_problems"] == []
    assert data["bib_entries"][0] == {
        "file": "refs.bib",
        "line": 2,
        "key": "a2016",
        "type": "inproceedings",
        "fields": {
            "title": "Deep Residual Learning",
            "authors": ["Kaiming He", "et al."],
            "venue": "CVPR",
            "year": "2016",
            "pages": "770-778",
        },
        "other_fields": {},
        "unreadable": [],
    }


def test_a_bib_that_is_not_there_stops_no_other(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    (tmp_path / "refs.bib").write_text("@misc{a}\n")

    ran = zoterodigest("inspect", "gone.bib", "refs.bib")

    assert ran.code == 10
    assert "refs.bib: 1 entry" in ran.out
    assert "gone.bib: no such file" in ran.err
