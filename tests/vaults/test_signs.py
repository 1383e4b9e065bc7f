"""Signs and numbers of what a person types in Zotero: in the file they say the same."""

from __future__ import annotations

import re

import pytest

from tests.sync.world import World
from tests.vaults.test_headings import (
    PARAGRAPHS,
    TITLE,
    a_vault_of_one_note,
    before,
    body,
    type_in_zotero,
    write,
)
from tests.vaults.test_laws import planned, sync
from zoterodigest.sync.gathering.intent import SYNC
from zoterodigest.sync.run.run import Options


@pytest.fixture
def vault(world: World) -> World:
    return a_vault_of_one_note(world)


@pytest.mark.parametrize(
    "typed",
    ["%% no comment %%", "100 %% of it", "%%%", "a %% b %% c", "<b>%%</b> x", "%% begin it %%"],
)
def test_signs_of_a_comment_typed_in_zotero_are_text_in_the_file(vault: World, typed: str) -> None:
    type_in_zotero(vault, before(PARAGRAPHS[1], f"<p>{typed}</p>"))
    type_in_zotero(vault, lambda html: html.replace("Paragraph 3", "The third"))

    sync(vault)

    assert len(body(vault).split("\n\n")) == 5
    assert "%%" not in body(vault)
    assert body(vault).endswith("The third of my thoughts.")
    write(vault, body(vault).replace("Paragraph 2", "The second"))
    sync(vault)
    assert f"<p>{typed}</p>".replace("b>", "strong>") in vault.note(TITLE)
    assert planned(vault).is_settled


A, B, C, NEW = (f"<li>\n{text}\n</li>\n" for text in ("apple", "pear", "plum", "fig"))


@pytest.mark.parametrize(
    ("file", "items", "wanted"),
    [
        ("1. apple\n2. pear\n3. plum", B + A + C, "1. pear\n2. apple\n3. plum"),
        ("5) apple\n6) pear\n7) plum", C + B + A, "5) plum\n6) pear\n7) apple"),
        ("1. apple\n1. pear\n1. plum", A + NEW + B + C, "1. apple\n1. fig\n1. pear\n1. plum"),
        ("1. apple\n2. pear\n3. plum", A + NEW + B + C, "1. apple\n2. fig\n3. pear\n4. plum"),
        ("3. apple\n7. pear\n9. plum", A + NEW + B + C, "3. apple\n4. fig\n7. pear\n9. plum"),
        ("1. apple\n2. pear\n3. plum", A + C, "1. apple\n3. plum"),
        ("8. apple\n9. pear", A + NEW + B, "8. apple\n9. fig\n9. pear"),
    ],
)
def test_items_that_come_into_a_numbered_list_or_move_in_it_are_numbered(
    vault: World, file: str, items: str, wanted: str
) -> None:
    write(vault, f"Above.\n\n{file}\n\nBelow.")
    sync(vault, Options(SYNC, accepts=True))

    def typed(html: str) -> str:
        return re.sub(r"(<ol[^>]*>\n).*(</ol>)", rf"\1{items}\2", html, flags=re.S)

    type_in_zotero(vault, typed)
    sync(vault)

    assert body(vault) == f"Above.\n\n{wanted}\n\nBelow."
    assert planned(vault).is_settled


def test_a_numbered_list_typed_in_zotero_counts(vault: World) -> None:
    typed = "<ol>\n<li>one\n<ol>\n<li>inner</li>\n<li>other</li>\n</ol>\n</li>\n<li>two</li>\n</ol>"
    type_in_zotero(vault, before(PARAGRAPHS[0], typed))

    sync(vault)

    assert body(vault).startswith("1. one\n    1. inner\n    2. other\n2. two\n\nParagraph 0")
    assert planned(vault).is_settled


def test_an_item_below_a_second_paragraph_of_the_one_above_is_an_item_in_zotero(
    vault: World,
) -> None:
    write(vault, "\n\n".join(PARAGRAPHS) + "\n\n1. one\n\n   second\n2. two\n3. three")

    sync(vault)

    assert vault.note(TITLE).count("<li>") == 3
    assert planned(vault).is_settled
