"""Words edited in a note are all that changes in the file of a vault."""

from __future__ import annotations

import re

import pytest

from tests.digest.vault_notes import read_file
from tests.notes.test_vault_markdown import CONSTRUCTS, words_shown
from tests.notes.texts import a_note, html_of
from zoterodigest.core.values.blocks import join_blocks
from zoterodigest.core.values.record import Blocks
from zoterodigest.digest.write.edit import put_digest
from zoterodigest.notes.canonical import canonical_blocks
from zoterodigest.notes.editor import editor_form
from zoterodigest.notes.read import read_note

HEAD = "---\ntitle: Deep Nets\ncitekey: bee2005\n---\n"


@pytest.mark.parametrize("name", sorted(CONSTRUCTS))
def test_a_word_edited_in_a_note_is_all_that_changes_in_its_file(name: str) -> None:
    source = f"{HEAD}My words.\n\n{CONSTRUCTS[name]}\n".replace("\n", "\r\n")
    standing = read_file(source.encode())
    own = standing.entries[0].reading.fields["summary"]
    assert isinstance(own, Blocks)
    html = html_of(a_note(join_blocks(filter(None, canonical_blocks(own.texts)))))
    words = words_shown(html, r"(?<![A-Za-z0-9])(?:My|w[a-z])(?![A-Za-z0-9])")

    for word in ("none", words[0], words[-1]):
        pattern = re.compile(rf"(?<![A-Za-z0-9]){word}(?![A-Za-z0-9])")
        reading = read_note(editor_form(pattern.sub("edited", html)))
        assert reading is not None
        asked = {0: {"summary": Blocks(reading.parts[0].blocks)}}

        written = put_digest(standing, asked, read_file, canonical_blocks)

        assert written.refusals == ()
        assert written.source.decode() == pattern.sub("edited", source)
