"""The text of a format file, as learning writes it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Collection, Sequence
from typing import Any

from zoterodigest.regex import lazy_regex

_TOLD = """\
# Each entry is a paper, also if it shows no link to one.
evidence = false
# The name of a link, a heading and a link are no titles.
no_titles = ['(?&no_titles)', '^#|\\]\\(|://']
"""
_SHOWN = """\
# What ends in a venue and its year is no title.
no_titles = ['(?&ends_in_venue)']
"""

_NO_NAME = lazy_regex(r"[^a-z0-9]+")


def format_name(stem: str, taken: Collection[str]) -> str:
    """Return the name of a format for a file; none that is `taken`, which it would replace."""
    name = _NO_NAME.sub("-", stem.lower()).strip("-") or "list"
    return f"my-{name}" if name in taken else name


def format_text(name: str, about: str, templates: Sequence[str], *, is_told: bool = False) -> str:
    """Return a format file with these templates; one `is_told` takes each entry for a paper."""
    shown = ",\n".join(map(_quoted, templates))
    text = f"name = {_string(name)}\nabout = {_string(about)}\ntemplates = [\n{shown}\n]\n"
    return f"{text}\n[entry]\n{_TOLD if is_told else _SHOWN}"


def entry_rules(*, is_told: bool) -> dict[str, Any]:
    """Return the table `[entry]` that such a file has."""
    return tomllib.loads(_TOLD if is_told else _SHOWN)


def _quoted(template: str) -> str:
    # Between these quotes TOML takes every sign as it is, but for themselves and control codes.
    is_plain = "'''" not in template and all(it.isprintable() or it == "\n" for it in template)
    return f"'''\n{template}\n'''" if is_plain else _string(template)


def _string(text: str) -> str:
    # A basic string of TOML takes the escapes of JSON, which does not escape DEL.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
