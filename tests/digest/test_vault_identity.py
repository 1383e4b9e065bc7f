"""Which item a note is about, and why a file is no note of one paper."""

from __future__ import annotations

import pytest

from tests.digest.vault_notes import entry_of, read_file, reason
from tests.growth import LINEAR, growth
from zoterodigest.digest.read.vault_identity import is_like_key


@pytest.mark.parametrize(
    ("line", "item", "key"),
    [
        ("citekey: bee2005", "", "bee2005"),
        ('citationKey: "@bee2005"', "", "bee2005"),
        ("Citation Key: a.b:c+$d_e", "", "a.b:c+$d_e"),
        ("cite-key: '[[@bee2005]]'", "", "bee2005"),
        ("aliases: ['@bee2005', 'The title']", "", "bee2005"),
        ("zotero-key: ABCD2345", "ABCD2345", ""),
        ("zotero-key: ABCD2345g77", "groups/77/ABCD2345", ""),
        ("zotero-link: zotero://select/library/items/ABCD2345", "ABCD2345", ""),
        ("desktopLink: zotero://select/groups/77/items/ABCD2345", "groups/77/ABCD2345", ""),
        ("Zotero URI: zotero://select/items/0_ABCD2345", "ABCD2345", ""),
        ("zoterouri: '[x](zotero://select/items/@bee2005)'", "", "bee2005"),
        ("bbturi: http://www.zotero.org/users/4711/items/ABCD2345", "ABCD2345", ""),
        ("zotero-link: https://www.zotero.org/groups/77/a_name/items/ABCD2345",
         "groups/77/ABCD2345", ""),
    ],
)  # fmt: skip
def test_a_property_names_the_item(line: str, item: str, key: str) -> None:
    entry = entry_of(f"---\n{line}\n---\nMine.\n", "Papers/note.md")

    assert (entry.item_key, entry.key) == (item, key)


def test_the_key_in_the_address_of_an_open_file_is_that_of_an_attachment() -> None:
    entry = entry_of("---\nZotero PDF URI: zotero://open-pdf/library/items/ABCD2345\n---\n", "a.md")

    assert (entry.item_key, entry.attachment_key) == ("", "ABCD2345")


@pytest.mark.parametrize("name", ["@bee2005.md", "Reading notes/@bee2005.md", "R: @bee2005.md"])
def test_the_name_of_a_file_is_a_citation_key_behind_its_sign(name: str) -> None:
    assert entry_of("Mine.\n", name).key == "bee2005"


@pytest.mark.parametrize(
    "line",
    [
        "zt-attachments: ['12', '15']",
        "libraryID: 1",
        "$itemKey: ABCD2345",
        "zotero-link: zotero://select/items/5_ABCD2345",
        "related: ['[[@bee2005]]']",
        "title: A thought of my own",
    ],
)
def test_what_is_no_key_of_an_item_is_none(line: str) -> None:
    assert "nothing in its front matter" in reason(f"---\n{line}\n---\n[@bee2005] 10.1145/1.2\n")


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("Papers/a.sync-conflict-20240101-120000-ABC.md", "---\ncitekey: b\n---\n", "conflict"),
        ("Papers/a (conflicted copy 2024-01-02).md", "---\ncitekey: b\n---\n", "conflict"),
        ("Papers/.a.md.icloud", "x", "cloud"),
        ("Papers/a.md", "\0" * 40, "cloud"),
        ("pages/hls__paper.md", "---\ncitekey: b\n---\n", "program"),
        ("logseq/bak/a.md", "---\ncitekey: b\n---\n", "program"),
        (".trash/a.md", "---\ncitekey: b\n---\n", "program"),
        ("a.excalidraw.md", "---\ncitekey: b\n---\n", "program"),
        ("Papers/a.md", "---\ncitekey: [a2000, b2001]\n---\n", "several papers: a2000, b2001"),
        ("Papers/a.md", "---\ncitekey: a2000, b2001\n---\n", "several papers: a2000, b2001"),
        ("Papers/a.md", "citekey:: a2000, b2001\n\nMine.\n", "several papers: a2000, b2001"),
        ("Papers/a.md", "---\ncitekey: b\nzotero: false\n---\nMine.\n", "private"),
        ("lit.md", "---\ncitekey: '{{citekey}}'\ntitle: '{{title}}'\n---\n", "template"),
        ("lit.md", "# {{title}}\n{% persist 'notes' %}\n", "template"),
        ("2024-01-02.md", "Read [@bee2005].\n", "daily"),
        ("AI MOC.md", "- [[@bee2005]]\n", "map"),
        ("Ada.md", "---\ntags: [person]\n---\n", "person"),
        ("@Ada Bee.md", "---\ntags: [person]\n---\n", "person"),
        ("Idea.md", "An idea.\n", "nothing in its front matter"),
    ],
)
def test_a_file_that_is_no_note_of_one_paper_is_skipped_with_the_reason(
    name: str, text: str, why: str
) -> None:
    assert why in reason(text, name)


@pytest.mark.parametrize(
    ("name", "line"),
    [("@bee2005.md", "rating: 5"), ("@Ada Bee.md", "year: 2005"), ("@Ada.md", "citekey: bee")],
)
def test_a_paper_may_be_about_a_person(name: str, line: str) -> None:
    assert read_file(f"---\ntags: [person]\n{line}\n---\n", name).entries


@pytest.mark.parametrize(
    "front",
    [
        "---\ncitekey: b\nzotero: false\n---\n",
        "---\ncitekey: b\nZotero: 'False' # mine\n---\n",
        "---\ncitekey: b\nzotero: no\n---\n",
        "---\ncitekey: b\nzotero: 0\n---\n",
        "---\ntitle: b: c\nzotero: false # mine\n---\n",
        '+++\ncitekey = "b"\nzotero = false\n+++\n',
        "citekey:: b\nzotero:: false\n\n",
    ],
)
def test_of_a_private_file_nothing_is_shown(front: str) -> None:
    document = read_file(f"{front}# The canary\nsings\n")

    assert document.entries == ()
    assert "private" in document.skipped[0].reason
    assert "canary" not in repr((document.skipped, [*document.unread_texts()]))


def test_a_long_name_of_a_file_takes_no_longer_than_its_length() -> None:
    assert growth(lambda size: is_like_key("a_" * size), 3) < LINEAR
    assert not is_like_key("a_long_name_of_" * 16)
