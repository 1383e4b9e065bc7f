"""The text of a format file, as learning writes it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence

from zoterodigest.regex import lazy_regex

TOLD = {"evidence": False, "no_titles": ["(?&no_titles)", r"^#|\]\(|://"]}
"""The `[entry]` of a format that takes each entry for a paper, but for headings and links."""

SHOWN = {
    "no_titles": [r"[,.;:] ?(?:[Ii]n )?[A-Z][A-Za-z]*[A-Z][A-Za-z]*[,' ]{0,2}(?:19|20)\d\d\W*$"]
}
"""The `[entry]` of any other: what ends in a venue, as `On Graphs, ICCV 2017`, is no title."""

_NO_NAME = lazy_regex(r"[^a-z0-9]+")


def format_name(stem: str, taken: Collection[str]) -> str:
    """Return the name of a format for a file; none that is `taken`, which it would replace."""
    name = _NO_NAME.sub("-", stem.lower()).strip("-") or "list"
    return f"my-{name}" if name in taken else name


def format_text(name: str, about: str, templates: Sequence[str], *, is_told: bool = False) -> str:
    """Return a format file with these templates; one `is_told` takes each entry for a paper."""
    shown = ",\n".join(map(_quoted, templates))
    text = f"name = {_string(name)}\nabout = {_string(about)}\ntemplates = [\n{shown}\n]\n"
    return text + f"\n[entry]\n{_keys(TOLD if is_told else SHOWN)}"


def _keys(table: Mapping[str, object]) -> str:
    # What JSON and TOML write alike.
    return "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items())


def _quoted(template: str) -> str:
    # Between these quotes TOML takes every sign as it is, but for themselves and control codes.
    is_plain = "'''" not in template and all(it.isprintable() or it == "\n" for it in template)
    return f"'''\n{template}\n'''" if is_plain else _string(template)


def _string(text: str) -> str:
    # A basic string of TOML takes the escapes of JSON, which does not escape DEL.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
