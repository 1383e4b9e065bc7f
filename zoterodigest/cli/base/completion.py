"""What a shell completes besides commands, options and files: items, tags and collections.

No library is asked over a network for it: of one at zotero.org, what the last run read counts.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from zoterodigest.errors import ZoterodigestError
from zoterodigest.regex import lazy_regex

if TYPE_CHECKING:
    from zoterodigest.library.port import Collection, LibraryItem

Completion = tuple[str, str]
"""What may be typed, and what a shell shows beside it."""

# Scripts of completion evaluate what they get: zsh runs `\\$(…)` of a title at Tab, and bash puts
# `$(…)` of a tag on the line, to be run by Enter. Others may write titles and tags of a group.
_NEVER_TYPED = lazy_regex("[\\\\\"'`$!\u2018-\u201f]")
_SHOWN = str.maketrans(
    {"\\": "", "$": "", "`": "\u2018", "'": "\u2019", '"': "\u201d", "[": "(", "]": ")"}
)
"""Brackets are markup of rich in the text beside a value: `[/b]` ended in a traceback."""
_QUOTED_LATER = lazy_regex(".['\"]")
"""A quotation mark within a word: bash would put the whole value behind it."""
_ESCAPES = {"bash": r"\\", "powershell": "`", "pwsh": "`"}
"""What stands before a character that a shell would obey, where it inserts values as they are."""


class _TypedValue(str):
    """A value as the shell that asks takes it.

    typer leaves out what does not begin with the word on the line, but that word is not escaped
    and may be in another case. `_beginning` has chosen what begins so.
    """

    __slots__ = ()

    def startswith(self, *_: object) -> bool:
        return True


def join_words_of_bash() -> None:
    """Put together what bash hands over in parts: `+task:x` and `--tag=x` are three parts."""
    words: list[str] = []
    is_begun = False
    for part in os.environ["COMP_WORDS"].split("\n")[: int(os.environ["COMP_CWORD"]) + 1]:
        is_sign = part != "" and not part.strip(":=")
        if words and (is_begun or is_sign):
            words[-1] += part
        else:
            words.append(part)
        is_begun = is_sign
    os.environ |= {"COMP_WORDS": "\n".join(words), "COMP_CWORD": f"{len(words) - 1}"}


def items_like(incomplete: str) -> list[Completion]:
    """Return the keys and citation keys that begin so, in any case, each with its title."""
    titles = dict(_keys())
    return [(_word(name), titles[name]) for name in _beginning(incomplete, titles)]


def tags_like(incomplete: str) -> list[str]:
    """Return the tags that begin so, in any case."""
    return [_word(tag) for tag in _beginning(incomplete, _tags())]


def items_or_tags_like(incomplete: str) -> list[Completion]:
    """Return items, or behind a sign the tags with that sign."""
    sign = incomplete[:1]
    if sign not in ("+", "-"):
        return items_like(incomplete)
    return [(_word(f"{sign}{tag}"), "") for tag in _beginning(incomplete[1:], _tags())]


def collections_like(incomplete: str) -> list[str]:
    """Return the names of collections that begin so, in any case."""
    names = {one.name for one in _objects()[1] if not one.is_trashed}
    return [_word(name) for name in _beginning(incomplete, names)]


def _keys() -> Iterator[Completion]:
    from zoterodigest.cli.base.screen import visible

    for item in _objects()[0]:
        if not (item.is_trashed or item.json.is_part):
            title = visible(item.json.title).translate(_SHOWN)
            for name in filter(None, (item.key, item.json.stated_citekey)):
                yield name, title


def _tags() -> set[str]:
    items, _ = _objects()
    return {tag for item in items if not item.is_trashed for tag in item.json.tags}


def _beginning(incomplete: str, values: Iterable[str]) -> list[str]:
    """Return the values that begin so, sorted: in the same case if there are any, else in any case.

    One that a shell would run or not take as it is is left out.
    """
    safe = sorted(one for one in values if one.isprintable() and not _NEVER_TYPED.search(one))
    if _QUOTED_LATER.search(_word_in_bash()):
        return []
    # bash cuts the word on the line to what all values begin with.
    same = [one for one in safe if one.startswith(incomplete)]
    return same or [one for one in safe if one.casefold().startswith(incomplete.casefold())]


def _word(value: str) -> _TypedValue:
    shell = os.environ.get("_ZOTERODIGEST_COMPLETE", "").removeprefix("complete_")
    if shell not in _ESCAPES or _word_in_bash().startswith(("'", '"')):
        return _TypedValue(value)
    # bash keeps what stands before the last colon on the line.
    rest = value.split(":", _word_in_bash().count(":"))[-1]
    return _TypedValue(re.sub(r"(?=[^\w@%+:,./-])", _ESCAPES[shell], rest))


def _word_in_bash() -> str:
    """Return the word on the line that bash completes, as it was typed; "" in other shells."""
    return os.environ.get("COMP_WORDS", "").rpartition("\n")[2]


def _objects() -> tuple[Iterable[LibraryItem], Iterable[Collection]]:
    """Return the items and the collections of the project's library, as far as they are known."""
    # A shell waits for these imports at Tab only.
    from zoterodigest.cli.base.folders import cache_folder
    from zoterodigest.cli.base.projects import library_here, open_library, project_in
    from zoterodigest.library.address import WebAddress, parse_address
    from zoterodigest.library.web.cache import cache_path, load_known

    # Nothing may be said while somebody types.
    with suppress(ZoterodigestError, OSError):
        project = project_in(Path())
        address = parse_address(library_here("", project)[0])
        folder = cache_folder()
        if isinstance(address, WebAddress) and folder is not None:
            known = load_known(cache_path(folder, address.identity))
            return known.items.values(), known.collections.values()
        if address.disk_path is not None:
            with open_library("", project) as library:
                snapshot = library.read()
                return snapshot.items, snapshot.collections
    return (), ()
