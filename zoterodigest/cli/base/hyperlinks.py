"""Hyperlinks of a terminal (OSC 8): items lead to Zotero, digests to their files.

https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda says how they are written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TextIO

from zoterodigest.cli.base.screen import is_coloured
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

_PROGRAMS = frozenset(
    {"iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby", "rio", "WarpTerminal"}
)
_TERMS = ("xterm-kitty", "alacritty", "foot", "xterm-ghostty", "contour", "wezterm")
_NAMES = ("WT_SESSION", "KONSOLE_VERSION", "DOMTERM")
_OLDEST_VTE = 5000
"""Terminals that show hyperlinks. Others may print the address as text (an old VTE, screen)."""

_STYLE = "(?:\x1b\\[[0-9;]*m)*"
_START = f"^{_STYLE} *{_STYLE}"
# Two blanks or brackets are around a key: in a title blanks are single.
_KEY = lazy_regex(
    rf"(?:{_START}|(?<=  )|(?<=\())([23456789ABCDEFGHIJKLMNPQRSTUVWXYZ]{{8}})(?=  |\)|, |$)"
)
_PLACE = lazy_regex(rf"{_START}(?:\w{{4,}}{_STYLE}  )?{_STYLE}(\S.*?)(?=:\d|: |  |\x1b|$)")


def shows_hyperlinks(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Return whether `stream` is a terminal that shows hyperlinks.

    FORCE_HYPERLINK says so of a terminal that is not known here, or with 0 that none are wanted.
    """
    forced = environment.get("FORCE_HYPERLINK", "")
    if not is_coloured(stream) or forced == "0":
        return False
    vte = environment.get("VTE_VERSION", "")
    return bool(
        forced
        or environment.get("TERM_PROGRAM") in _PROGRAMS
        or environment.get("TERM", "").startswith(_TERMS)
        or any(environment.get(name) for name in _NAMES)
        or (vte.isdecimal() and int(vte) >= _OLDEST_VTE)
    )


@dataclass(frozen=True, slots=True)
class Hyperlinks:
    """What leads where: `files` are addresses by what a file is called, `item` gives that of an
    item by its key; None if Zotero shows none of the library.
    """

    files: Mapping[str, str]
    item: Callable[[str], str] | None = None

    def __call__(self, line: str) -> str:
        """Return a line of text that is laid out, with its links."""
        if item := self.item:
            line = _KEY.sub(
                lambda found: found[0].removesuffix(found[1]) + _link(found[1], item(found[1])),
                line,
            )
        place = _PLACE.match(line) if self.files else None
        if place and (target := self.files.get(place[1])):
            line = f"{line[: place.start(1)]}{_link(place[1], target)}{line[place.end(1) :]}"
        return line


def _link(text: str, target: str) -> str:
    return f"\x1b]8;;{target}\x1b\\{text}\x1b]8;;\x1b\\"
