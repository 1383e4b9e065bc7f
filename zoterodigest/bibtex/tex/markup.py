r"""What in a plain text is more than text: math, HTML's tags and entities, TeX commands, braces.

Titles come from web pages, from arXiv and from other people's .bib files, and hold all of these.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

from zoterodigest.bibtex.tex.accents import characters, composed, tex_character, tex_tables
from zoterodigest.regex import lazy_regex


class TexPiece(NamedTuple):
    """A part of a text: TeX that stands as it is, or plain text still to be encoded.

    `depth` counts the braces around it: no style changes the case of what is deeper than 0.
    """

    text: str
    is_tex: bool = False
    depth: int = 0


def has_markup(text: str) -> bool:
    """Tell whether `text` may hold more than plain text."""
    # One search for each sign takes a tenth of the time of one for all (an abstract: 7 -> 0.6 µs).
    is_tex = "\\" in text or "$" in text or "{" in text or "}" in text or "<" in text
    return is_tex or _NAMED_SIGN.search(text) is not None


def on_one_line(text: str) -> str:
    """Return `text` with one blank for all blanks and line ends in a row, and none around it."""
    # Most texts are so already, and parting an abstract into words takes time (13 -> 2 µs).
    if text.isprintable() and "  " not in text and text[:1] != " " and text[-1:] != " ":
        return text
    return " ".join(text.split())


def pieces_of(text: str) -> Iterator[TexPiece]:
    """Yield the pieces of a text on one line; the braces of all TeX in it are balanced."""
    text = _ENTITY.sub(_unescaped, _ENTITY.sub(_unescaped, text))
    tokens = list(_tokens(composed(on_one_line(text))))
    partners = _partners(tokens)
    depth = 0
    for at, token in enumerate(tokens):
        is_paired = at in partners
        match token.kind:
            case "open" if is_paired or token.text == "{":
                yield TexPiece(token.tex if is_paired else "{", is_paired, depth)
                depth += is_paired
            case "close" if is_paired or token.text == "}":
                depth -= is_paired
                yield TexPiece("}", is_paired, depth)
            case "tex":
                yield TexPiece(token.text, at + 1 in partners, depth)
            case "math":
                yield TexPiece(token.tex, True, depth)
            case "text":
                yield TexPiece(token.text, False, depth)


# A tuple, as texts have many: making a frozen dataclass takes four times as long.
class _Token(NamedTuple):
    """One token: what stands there, what it is in TeX, and for tags and braces what closes it."""

    kind: str
    text: str
    tex: str = ""
    name: str = ""


_NAMED_SIGN = lazy_regex(r"&#?\w{1,31};")
_ENTITY = lazy_regex(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_TOKEN = lazy_regex(
    r"\$\$(?P<display>[^$]{1,400})\$\$|\$(?P<inline>[^$]{1,400})\$|\\\((?P<round>[^$]{1,400}?)\\\)"
    r"|<(?P<end>/?)(?P<tag>(?i:em|strong|sub|sup|span|sc|scp|code|tt|br|[ibup]|jats:[a-z]{1,12}))"
    r"(?P<attributes>\s[^<>]{0,200})?/?>"
    r"|(?P<brace>[{}])"
    r"|(?P<backslash>(?<!\S)\\(?=\s|$))"
    r"|\\(?P<sign>[&%$#_{}])|\\(?P<space>\\|[ ,;:/!-])"
    r"|(?P<command>(?i:\\[A-Za-z]{2,30}))"
    r"|(?P<text>[^\\$<{}]+|.)",
    re.DOTALL,
)
_KEPT = frozenset({"\\LaTeX", "\\TeX", "\\BibTeX"})


def _unescaped(found: re.Match[str]) -> str:
    return html.unescape(found[0])


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while found := _TOKEN.match(text, at):
        token = _token(found, text[found.end() : found.end() + 1])
        at = found.end()
        if token is None:  # a currency sign, not math
            token, at = _Token("text", "$"), found.start() + 1
        yield token


def _token(found: re.Match[str], following: str) -> _Token | None:
    match found.lastgroup:
        case "text" | "backslash":
            return _Token("text", found[0])
        case "display" | "inline" | "round" as name:
            math = _math(found[name], following)
            return _Token("math", "", math) if math else None
        case "brace":
            return _Token("open" if found[0] == "{" else "close", found[0], found[0], "{")
        case "sign":
            return _Token("text", found["sign"])
        case "space":
            return _Token("text", "" if found["space"] in "!/-" else " ")
        case "command":
            return _command(found["command"])
    return _tag(found)


def _command(command: str) -> _Token:
    if command in _KEPT:
        return _Token("math", "", f"{{{command}}}")
    if f"${command}$" in characters():
        return _Token("math", "", f"${command}$")
    is_style = command[1:] in {*tex_tables().styles, *tex_tables().shown}
    return _Token("tex" if is_style else "text", command)


def _tag(found: re.Match[str]) -> _Token:
    name, attributes = found["tag"].lower(), found["attributes"] or ""
    if name in ("br", "p"):
        return _Token("text", " ")
    style = "textsc" if "small-caps" in attributes else tex_tables().tags.get(name)
    opening = f"\\{style}{{" if style else "{"
    return _Token("close" if found["end"] else "open", found[0], opening, name)


def _partners(tokens: list[_Token]) -> set[int]:
    """Return the places of the tags and braces that open or close as they should."""
    partners: set[int] = set()
    waiting: list[int] = []
    for at, token in enumerate(tokens):
        if token.kind == "open":
            waiting.append(at)
        elif token.kind == "close" and waiting and tokens[waiting[-1]].name == token.name:
            partners |= {waiting.pop(), at}
    return partners


_TEX_SIGN = lazy_regex(r"[\\^_={}]")
_WORDS = lazy_regex(r"\s[A-Za-z]{2,}|[A-Za-z]{2,}\s")
_UNESCAPED = lazy_regex(r"(?<!\\)[%&#]")
_GREEK_OR_SYMBOL = lazy_regex(r"[^\x00-\x7f](?=(?P<letter>[A-Za-z])?)")


def _math(content: str, following: str) -> str:
    """Return math as TeX; "" for a text between two signs of a currency."""
    inner = content.strip()
    is_tex = _TEX_SIGN.search(inner) is not None
    is_amount = inner != content or inner[-1:] in "/-,.:" or _WORDS.search(inner)
    if not inner or following.isdigit() or (is_amount and not is_tex):
        return ""
    inner = _UNESCAPED.sub(lambda found: f"\\{found[0]}", inner)
    inner = _GREEK_OR_SYMBOL.sub(_in_math, inner)
    if not _is_balanced(inner):
        inner = inner.replace("\\{", "\\lbrace ").replace("\\}", "\\rbrace ")
    return f"${inner}$" if _is_balanced(inner) and not inner.endswith("\\") else ""


def _in_math(found: re.Match[str]) -> str:
    tex = tex_character(found[0])
    if not (tex.startswith("$") and tex.endswith("$")):
        return f"\\text{{{tex}}}"
    return tex[1:-1] + (" " if found["letter"] and tex[-2].isalpha() else "")


def _is_balanced(text: str) -> bool:
    depth = 0
    for sign in _BRACE.findall(text):
        depth += 1 if sign == "{" else -1
        if depth < 0:
            return False
    return depth == 0


_BRACE = lazy_regex(r"[{}]")
