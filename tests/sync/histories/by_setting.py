"""What a person writes into an item or a note with `set`."""

from __future__ import annotations

from tests.sync.histories.by_markdown import Pick
from tests.sync.histories.by_tool import watched
from tests.sync.histories.model import WHOLE, Violation, mark_of, plain, tokens_at, tokens_in
from tests.sync.histories.recorded import shown_in, state_of
from tests.sync.histories.stage import Clone, Stage, texts_of
from tests.sync.trouble import silent
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.items.setting import prepare_setting, write_setting

_FIELDS = ("title", "abstractNote", "note")


def set_field(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Write something else where a token stands in a title, an abstract or a note."""
    found = [
        (one, name, text, start, token)
        for one, name, text in texts_of(clone.library.read().items)
        if name in _FIELDS
        for start, token in tokens_at(text)
    ]
    if not found:
        return
    one, name, text, start, old = found[pick[0] % len(found)]
    new = stage.memory.edit(old)
    changed = text[:start] + plain(new) + text[start + len(plain(old)) :]
    if name == "note":
        points = "".join(map(_point, sorted(tokens_in(changed))))
        setting = prepare_setting(clone.workspace, one.key, {}, points)
    else:
        setting = prepare_setting(clone.workspace, one.key, {name: changed}, None)
    stage.tell(f"set {one.key} {name}: {old} -> {new}")
    expected = {**shown_in(state_of(clone))}
    expected[one.key] = expected[one.key] - {old} | {new}
    watched(stage, clone, intent.PUSH, lambda: write_setting(setting, silent))
    if shown_in(state_of(clone)) != expected:
        raise Violation(f"set {one.key} wrote something else than {new} for {old}")


def _point(token: str) -> str:
    mark = "**" if mark_of(token) else ""
    if mark_of(token) == WHOLE:
        return f"- {mark}Bullet {plain(token)} is set.{mark}\n"
    return f"- Bullet {mark}{plain(token)}{mark} is set.\n"
