"""Questions to a person at a terminal: which value both sides get, one open field at a time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from zoterodigest.cli.base.programs import NotRun
from zoterodigest.cli.base.screen import cut, emit, styled, tell_error, width
from zoterodigest.cli.commands.editing import edited, merged
from zoterodigest.cli.show.conflict_list import head_of
from zoterodigest.cli.show.differences import ends_shown
from zoterodigest.cli.show.report_names import HOLDERS, entry_title, field_name, value_text
from zoterodigest.cli.show.written_values import NotTaken
from zoterodigest.core.plan.run_options import End
from zoterodigest.core.values.record import Value
from zoterodigest.sync.run.conflicts import OpenField
from zoterodigest.sync.syncing.resolve import Decision

_HELP = (
    "e  write the value for both sides in your editor",
    "t  merge them in your merge tool: [sync] merge_tool in zoterodigest.toml",
    "s  leave it open",
    "q  stop asking; what you decided is written",
)


def ask(fields: Sequence[OpenField], tool: Sequence[str]) -> list[Decision]:
    """Return the person's decisions on `fields`; a field that is skipped has none."""
    decisions: list[Decision] = []
    for number, field in enumerate(fields, 1):
        what = f"{cut(field_name(field.name), 40)}: {field.kind.value}, {number} of {len(fields)}"
        emit(["", head_of(field), styled(what, "bold")])
        emit(ends_shown(field))
        try:
            answer = _answer(field, tool)
        except KeyboardInterrupt:
            if decisions:  # no other line would tell that they are not done
                done = "Nothing was written: your decisions are dropped. `q` ends and keeps them."
                emit(["", done])
            raise
        if answer == "q":
            break
        if isinstance(answer, Decision):
            decisions.append(answer)
    return decisions


def _answer(field: OpenField, tool: Sequence[str]) -> Decision | str:
    """Return a decision, or "s" or "q"; ask until there is one."""
    ends = {end.value[0]: end for end in (field.end, End.ZOTERO)}
    title = entry_title(field.entry)
    words = [*(end.value for end in ends.values()), "edit", *(["tool"] if tool else [])]
    while True:
        letter = _asked([*words, "skip", "quit"])
        match letter:
            case "m" | "b" | "z" if letter in ends:
                return Decision(field, ends[letter])
            case "e":
                value = _tried(lambda: edited(field, title))
            case "t" if tool:
                value = _tried(lambda: merged(field, tool))
            case "s" | "q":
                return letter
            case _:
                emit(f"  {key}  both sides get what {HOLDERS[ends[key]]} holds" for key in ends)
                emit(f"  {line}" for line in _HELP)
                continue
        if value is not None:
            emit([f"  both      {cut(value_text(value) or '(empty)', width() - 12)}"])
            return Decision(field, value)


def _tried(take: Callable[[], Value]) -> Value | None:
    try:
        return take()
    except (NotTaken, NotRun) as error:
        tell_error(str(error), error.hint)
        return None


def _asked(words: Sequence[str]) -> str:
    """Return the first letter of the answer; the end of the input is to quit."""
    letters = "/".join(word[0] for word in words)
    sys.stdout.write(f"{', '.join(words)} [{letters}, ?] ")
    sys.stdout.flush()
    line = sys.stdin.readline()
    if not line:
        emit([""])
        return "q"
    return line.strip().casefold()[:1] or "?"
