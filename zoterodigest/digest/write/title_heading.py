"""The heading above a note that repeats its title, written after the title."""

from __future__ import annotations

from zoterodigest.core.values.record import EMPTY, Blocks
from zoterodigest.core.values.span import splice
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.read.vault_front import front_matter
from zoterodigest.digest.read.vault_generated import title_heading
from zoterodigest.digest.read.vault_lines import body_lines
from zoterodigest.digest.read.vault_marks import body_marks
from zoterodigest.digest.write.edit_check import Reader
from zoterodigest.digest.write.writing import copy_edit


def with_title_in_heading(
    document: Document, former: str, title: str, read: Reader
) -> Document | None:
    """Return a note whose first heading says `title` and not the `former` one; None if it can't.

    As a copy of the title, the heading is no text of the person's own any more.
    """
    source, (old,) = document.source, document.entries
    start = front_matter(source).body
    lines = body_lines(source, start, body_marks(source, start))
    copy = title_heading(source, lines, former)
    edit = copy and copy_edit(copy, title)
    if not edit:
        return None
    written = read(splice(source, [edit]))
    summary = old.reading.fields.get("summary")
    texts = summary.texts[1:] if isinstance(summary, Blocks) else ()
    asked = {**old.reading.fields, "summary": Blocks(texts) if texts else EMPTY}
    is_sound = all(one.reading.fields == asked for one in written.entries)
    return written if is_sound and len(written.entries) == 1 else None
