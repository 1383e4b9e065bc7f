"""`set` and `tag` edit items of any library, show what changes, and can be undone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Zoterodigest, a_digest, changed_object, in_library
from tests.made_once import made_once
from zoterodigest.library.connect import connect
from zoterodigest.library.port import LibraryItem

TITLE, ARXIV = "Attention Is All You Need", "1706.03762"
BARE_TITLE = "Deep Residual Learning for Image Recognition"
BARE = f"""# Papers

- **{BARE_TITLE}** [[arXiv](https://arxiv.org/abs/1512.03385)]
- **Very Deep Convolutional Networks for Recognition** [[arXiv](https://arxiv.org/abs/1409.1556)]
"""


@pytest.fixture
def key(zoterodigest: Zoterodigest, tmp_path: Path) -> str:
    """A digest of one paper and a library that holds it; the key of its item."""

    def make() -> None:
        (tmp_path / "papers.md").write_text(a_digest((TITLE, ARXIV)), encoding="utf-8")
        assert zoterodigest("push", "papers.md").code == 0

    made_once(tmp_path, make)
    return next(one.key for one in objects(tmp_path) if one.data["itemType"] != "note")


def objects(folder: Path) -> tuple[LibraryItem, ...]:
    with connect("embedded:.zoterodigest/library.sqlite", base=folder) as library:
        return library.read().items


def data_of(folder: Path, key: str) -> dict[str, object]:
    return next(dict(one.data) for one in objects(folder) if one.key == key)


def test_a_field_that_is_set_goes_into_the_digest_with_the_next_sync(
    zoterodigest: Zoterodigest, tmp_path: Path, key: str
) -> None:
    ran = zoterodigest("set", key, "title=Attention, Again", "date=2018")
    synced = zoterodigest("sync")

    assert ran.code == synced.code == 0
    assert f"    title: {TITLE} → Attention, Again\n" in ran.out
    assert ran.out.endswith("\nDone: 1 item written.\n")
    text = (tmp_path / "papers.md").read_text(encoding="utf-8")
    assert text.startswith("> **Attention, Again**\n> *CVPR 2018*,")


def test_what_was_set_can_be_undone(zoterodigest: Zoterodigest, tmp_path: Path, key: str) -> None:
    before = data_of(tmp_path, key)

    zoterodigest("set", key, "title=Other", "authors=Ada Lovelace; Alan Turing")
    undone = zoterodigest("undo", "--yes")

    assert undone.code == 0
    assert {**data_of(tmp_path, key), "dateModified": ""} == {**before, "dateModified": ""}


def test_a_new_note_can_be_undone_unless_somebody_edited_it(
    zoterodigest: Zoterodigest, tmp_path: Path, key: str
) -> None:
    (tmp_path / "bare.md").write_text(BARE, encoding="utf-8")
    zoterodigest("push", "bare.md", "--yes", "--offline")
    bare = next(one.key for one in objects(tmp_path) if one.data.get("title") == BARE_TITLE)
    (tmp_path / "note.txt").write_text("Maps are drawn.\n", encoding="utf-8")

    zoterodigest("set", bare, "--note", "note.txt")
    undone = zoterodigest("undo", "--yes")
    zoterodigest("redo", "--yes")
    (tmp_path / "note.txt").write_text("Maps are drawn by hand.\n", encoding="utf-8")
    made = next(one.key for one in objects(tmp_path) if one.data.get("parentItem") == bare)
    zoterodigest("set", made, "--note", "note.txt")
    kept = zoterodigest("undo", "3", "--yes")

    assert undone.code == 0, undone.err
    assert kept.code == 1
    assert "has changed since" in kept.err
    (note,) = [one for one in objects(tmp_path) if one.data.get("parentItem") == bare]
    assert "by hand" in str(note.data["note"])
    assert not note.data.get("deleted")


def test_authors_are_set_in_the_order_of_reading(
    zoterodigest: Zoterodigest, tmp_path: Path, key: str
) -> None:
    zoterodigest("set", key, "authors=Ada Lovelace; Alan Turing")

    assert data_of(tmp_path, key)["creators"] == [
        {"creatorType": "author", "firstName": "Ada", "lastName": "Lovelace"},
        {"creatorType": "author", "firstName": "Alan", "lastName": "Turing"},
    ]


def test_an_empty_value_clears_the_field(
    zoterodigest: Zoterodigest, tmp_path: Path, key: str
) -> None:
    zoterodigest("set", key, "url=")

    assert not data_of(tmp_path, key).get("url")


def test_a_dry_run_shows_it_and_writes_nothing(
    zoterodigest: Zoterodigest, tmp_path: Path, key: str
) -> None:
    before = objects(tmp_path)

    ran = zoterodigest("set", key, "title=Other", "-n")

    assert f"title: {TITLE} → Other" in ran.out
    planned = "Planned: 1 item written. Run the command without `--dry-run` to do it."
    assert ran.out.endswith(f"\n\n{planned}\n")
    assert objects(tmp_path) == before


def test_a_value_that_is_there_already_is_not_written(zoterodigest: Zoterodigest, key: str) -> None:
    ran = zoterodigest("set", key, f"title={TITLE}")

    assert (ran.code, ran.out) == (0, "Nothing to write.\n")


def test_the_text_of_a_note_comes_from_a_file_and_goes_into_the_digest(
    zoterodigest: Zoterodigest, tmp_path: Path, key: str
) -> None:
    (tmp_path / "summary.md").write_text("- What it does.\n- And **what** it costs.\n")

    ran = zoterodigest("set", key, "--note", "summary.md")
    zoterodigest("sync")

    assert ran.out.endswith("\nDone: 1 note written.\n")
    text = (tmp_path / "papers.md").read_text(encoding="utf-8")
    assert "> - What it does.\n> - And **what** it costs.\n" in text


def test_an_item_without_a_note_gets_one(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    in_library(tmp_path, LibraryItem("AAAA2222", 0, {"itemType": "book", "title": "Engines"}))
    (tmp_path / "mine.md").write_text("Worth reading.")

    zoterodigest("set", "AAAA2222", "--note", "mine.md")
    (note,) = (one for one in objects(tmp_path) if one.data["itemType"] == "note")
    zoterodigest("set", note.key, "--note", "mine.md")

    assert note.data["parentItem"] == "AAAA2222"
    assert "<p>Worth reading.</p>" in str(note.data["note"])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["venue=CVPR"], "an item of the type conferencePaper has no field venue"),
        (["pagess=1"], "Did you mean pages?"),
        (["citationKey=a"], "Use `zoterodigest citekeys set ITEM KEY`."),
        (["title"], "'title' is not FIELD=VALUE"),
        ([], "give FIELD=VALUE or --note FILE"),
    ],
)
def test_what_cannot_be_set_is_wrong_usage(
    zoterodigest: Zoterodigest, key: str, arguments: list[str], sentence: str
) -> None:
    ran = zoterodigest("set", key, *arguments)

    assert ran.code == 2
    assert sentence in ran.err


def test_an_item_that_is_not_there_is_named(zoterodigest: Zoterodigest, key: str) -> None:
    ran = zoterodigest("set", f"{key}X", "title=a")

    assert ran.code == 10
    assert ran.err.startswith(f"error: the library has no item {key}X\n")


def test_a_citation_key_as_a_list_of_keys_shows_it_leads_to_the_item(
    zoterodigest: Zoterodigest, tmp_path: Path, key: str
) -> None:
    (listed,) = json.loads(zoterodigest("citekeys", "list", "--json").out)["citekeys"]

    by_set = zoterodigest("set", listed["citekey"], "title=Other", "--dry-run")
    by_show = zoterodigest("show", listed["citekey"])

    assert (by_set.code, by_show.code) == (0, 0)
    assert f"    title: {TITLE} → Other" in by_set.out
    assert by_show == zoterodigest("show", key)


def test_words_that_fit_several_items_list_them_and_write_nothing(
    zoterodigest: Zoterodigest, tmp_path: Path, key: str
) -> None:
    in_library(
        tmp_path, LibraryItem("MINE2222", 0, {"itemType": "book", "title": "All of Attention"})
    )
    before = objects(tmp_path)

    several = zoterodigest("set", "attention all", "title=a")
    one = zoterodigest("set", "attention need", "title=a", "--dry-run")

    assert (several.code, one.code) == (6, 0)
    assert f"    MINE2222 All of Attention\n    {key} {TITLE} (2025)\n" in several.err
    assert objects(tmp_path) == before


def test_json_has_what_was_written(zoterodigest: Zoterodigest, key: str) -> None:
    data = json.loads(zoterodigest("set", key, "title=Other", "--json").out)

    assert data["written"] == 1
    assert data["objects"][0]["after"] == {"title": "Other"}


def test_a_private_heading_in_a_note_that_is_set_is_refused(
    zoterodigest: Zoterodigest, tmp_path: Path, key: str
) -> None:
    (tmp_path / "note.md").write_text("- Shown.\n\n## Private\n\nA secret.\n", encoding="utf-8")

    ran = zoterodigest("set", key, "--note", "note.md")
    zoterodigest("sync")

    assert ran.code == 2
    assert "heading “Private”" in ran.err
    assert "secret" not in (tmp_path / "papers.md").read_text(encoding="utf-8")


def test_a_word_set_in_bold_and_an_address_are_shown_as_changes(
    zoterodigest: Zoterodigest, tmp_path: Path, key: str
) -> None:
    note = tmp_path / "summary.md"
    note.write_text("- What it costs.\n- See [there](https://a.org).\n")
    zoterodigest("set", key, "--note", "summary.md")

    note.write_text("- What it **costs**.\n- See [there](https://a.org).\n")
    bold = zoterodigest("set", key, "--note", "summary.md")
    note.write_text("- What it **costs**.\n- See [there](https://b.org).\n")
    linked = zoterodigest("set", key, "--note", "summary.md")

    assert "    - What it costs.\n    + What it **costs**.\n" in bold.out
    assert "https://a.org" in linked.out
    assert "https://b.org" in linked.out
    assert not any(line.strip() in ("+", "-") for line in bold.out.splitlines())


def tags_of(folder: Path, key: str) -> list[object]:
    return [dict(one) for one in data_of(folder, key)["tags"]]  # type: ignore[attr-defined]


def test_tags_are_added_and_removed_and_all_others_stay(
    zoterodigest: Zoterodigest, tmp_path: Path, key: str
) -> None:
    tags = [{"tag": "import", "type": 1}, {"tag": "old"}, {"tag": "task:image restoration"}]
    changed_object(tmp_path, key, tags=tags)

    ran = zoterodigest("tag", key, "+to read", "-old", "+mine")

    assert ran.code == 0
    assert "    tags: - old, + to read, + mine\n\nDone: 1 item written.\n" in ran.out
    assert tags_of(tmp_path, key) == [tags[0], {"tag": "mine"}, tags[2], {"tag": "to read"}]


def test_a_tag_of_an_import_becomes_a_persons_own_if_they_add_it(
    zoterodigest: Zoterodigest, tmp_path: Path, key: str
) -> None:
    changed_object(tmp_path, key, tags=[{"tag": "import", "type": 1}])

    zoterodigest("tag", key, "+import")

    assert tags_of(tmp_path, key) == [{"tag": "import"}]


def test_a_task_that_is_tagged_goes_into_the_digest_and_undo_takes_tags_back(
    zoterodigest: Zoterodigest, tmp_path: Path, key: str
) -> None:
    before = tags_of(tmp_path, key)

    zoterodigest("tag", "attention is all you need", "+task:translation", "-task:image restoration")
    zoterodigest("sync", "--yes", "--offline")

    assert "> Task: translation\n" in (tmp_path / "papers.md").read_text(encoding="utf-8")
    zoterodigest("undo", "--yes")
    assert zoterodigest("undo", "--yes").code == 0
    assert tags_of(tmp_path, key) == before


@pytest.mark.parametrize(
    "words",
    [
        ["-nlp", "+-odd"],
        ["-n"],
        ["--", "-n"],
        ["--dry-run", "+new"],
    ],
)
def test_what_begins_with_a_minus_is_a_tag_unless_it_is_an_option(
    zoterodigest: Zoterodigest, tmp_path: Path, key: str, words: list[str]
) -> None:
    changed_object(tmp_path, key, tags=[{"tag": "n"}, {"tag": "nlp"}])

    ran = zoterodigest("tag", key, *words)

    after = [str(one["tag"]) for one in tags_of(tmp_path, key)]  # type: ignore[index]
    expected = {"-nlp": ["-odd", "n"], "-n": ["n", "nlp"], "--": ["nlp"], "--dry-run": ["n", "nlp"]}
    assert after == expected[words[0]]
    assert ran.code == (2 if words == ["-n"] else 0)


def test_a_tag_that_is_not_there_is_noted_with_the_one_that_may_be_meant(
    zoterodigest: Zoterodigest, tmp_path: Path, key: str
) -> None:
    changed_object(tmp_path, key, tags=[{"tag": "To Read"}])

    ran = zoterodigest("tag", key, "-to read")

    assert (ran.code, ran.out) == (0, "Nothing to write.\n")
    assert "note: there is no tag to read to remove; did you mean To Read?" in ran.err


@pytest.mark.parametrize("words", [["+a"], [], ["{key}"], ["{key}", "+"], ["{key}", "+a", "-a"]])
def test_tags_without_an_item_or_an_item_without_tags_is_wrong_usage(
    zoterodigest: Zoterodigest, key: str, words: list[str]
) -> None:
    assert zoterodigest("tag", *(word.format(key=key) for word in words)).code == 2
