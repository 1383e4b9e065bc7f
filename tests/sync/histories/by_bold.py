"""What people set in bold, or no longer: a bullet as a whole, or a word of it."""

from __future__ import annotations

from tests.sync.histories.by_markdown import Pick
from tests.sync.histories.model import (
    WHOLE,
    WORD,
    letter_of,
    mark_of,
    plain,
    tokens_at,
    work_of,
)
from tests.sync.histories.stage import NOTES, Clone, Stage, put, texts_of
from zoterodigest.notes.editor import editor_form

_BEFORE = "Bullet "


def set_bold(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Set a bullet in bold, or take the marks away and edit it; in Zotero, or in the notes."""
    if pick[2] % 3 == 0:
        text = clone.text(NOTES)
        changed = _changed(stage, text, ("**", "**", "\n"), pick)
        clone.write(NOTES, changed)
        return
    notes = [
        (one, text) for one, name, text in texts_of(clone.library.read().items) if name == "note"
    ]
    if not notes:
        return
    one, text = notes[pick[0] % len(notes)]
    changed = _changed(stage, text, ("<strong>", "</strong>", "<"), pick)
    if changed != text:
        put(clone.library, one, note=changed if pick[2] % 3 == 1 else editor_form(changed))


def _changed(stage: Stage, text: str, marks: tuple[str, str, str], pick: Pick) -> str:
    """Return a text with a bullet set in bold, or no longer; `marks` end with what ends a line."""
    opening, closing, stop = marks
    found = [(start, token) for start, token in tokens_at(text) if letter_of(token) == "s"]
    if not found:
        return text
    start, token = found[pick[1] % len(found)]
    if mark_of(token):
        return _without_marks(stage, text, start, token)
    end, mark = start + len(token), WORD
    if pick[0] % 2 and text[:start].endswith(_BEFORE):
        mark, start = WHOLE, start - len(_BEFORE)
        end += len(text[end : text.index(stop, end)].rstrip())
    stage.tell(f"{token} -> {stage.memory.set_bold(token, mark)}")
    return text[:start] + opening + text[start:end] + closing + text[end:]


def _without_marks(stage: Stage, text: str, start: int, token: str) -> str:
    """Return a text with other, plain words where a bold token stands."""
    new = stage.memory.new(work_of(token), letter_of(token), over=[token])
    stage.tell(f"{token} -> {new}")
    at = start - (len(_BEFORE) if mark_of(token) == WHOLE else 0)
    opening = next(one for one in ("**", "__", "<strong>") if text[:at].endswith(one))
    closing = opening.replace("<", "</")
    end = text.index(closing, start)
    words = text[at:end].replace(plain(token), new)
    return text[: at - len(opening)] + words + text[end + len(closing) :]
