"""Signs that a person types in Zotero and that mean something in a file: they arrive as text."""

from __future__ import annotations

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
