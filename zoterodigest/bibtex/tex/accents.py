"""Characters beyond ASCII as TeX writes them, and TeX's commands as the characters they mean.

Letters with accents are taken apart by Unicode itself; what that cannot do stands in `tex.toml`;
symbols are pylatexenc's, as far as every LaTeX can set them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from pydantic import BaseModel, ConfigDict

from zoterodigest import mapping
from zoterodigest.regex import lazy_regex


class _TexTables(BaseModel):
    """The tables of `tex.toml`."""

    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)

    symbols: str
    styles: frozenset[str]
    signs: dict[str, str]
    accents: dict[str, str]
    letters: dict[str, str]
    characters: dict[str, str]
    commands: dict[str, str]
    alphabets: dict[str, str]
    tags: dict[str, str]
    shown: dict[str, str]


@cache
def tex_tables() -> _TexTables:
    """Return the tables of `tex.toml`, which is read when the first of them is needed."""
    return mapping.load(mapping.folder() / "tex.toml", _TexTables)


_BELOW = frozenset("\u0323\u0327\u0328\u0331")
_COMMA_BELOW = "\u0326"
_SYMBOL = lazy_regex(
    r"\\ensuremath\{(?P<math>(?:[^{}\\]|\\(?!mathscr|mathbit|mathmit)[A-Za-z]+|\{[A-Za-z0-9]\})+)\}"
    r"|(?P<text>\\(?:text[a-z]+|guil[a-z]+|[PS]))"
)
_SCRIPTS = {"<super>": "^", "<sub>": "_"}


@cache
def tex_character(character: str) -> str:
    """Return a character in TeX; the character itself where pdflatex has none."""
    tables = tex_tables()
    if character.isascii():
        return tables.signs.get(character, character)
    if character in tables.letters:
        return f"{{\\{tables.letters[character]}}}"
    if character in tables.characters:
        return tables.characters[character]
    kind, *codes = unicodedata.decomposition(character).split() or [""]
    if codes and kind in _SCRIPTS:
        return _script(_SCRIPTS[kind], "".join(chr(int(code, 16)) for code in codes))
    decomposed = unicodedata.normalize("NFD", character)
    return accented(decomposed) or _symbol(character) or character


@cache
def special_signs() -> re.Pattern[str]:
    """Return what finds each character that may be another text in TeX: a sign, or not ASCII."""
    plain = "".join(sign for sign in map(chr, range(128)) if tex_character(sign) == sign)
    return re.compile(f"[^{re.escape(plain)}]")


def accented(decomposed: str) -> str:
    r"""Return a letter and the combining characters behind it as one `{\'e}`; "" if TeX cannot."""
    letter, marks = decomposed[0], sorted(decomposed[1:], key=_BELOW.__contains__)
    if not marks:
        return ""
    tables = tex_tables()
    text = letter if letter.isascii() and letter.isalpha() else ""
    if letter in tables.letters:
        text = f"\\{tables.letters[letter]}"
    for mark in marks:
        if not text:
            return ""
        if mark == _COMMA_BELOW:
            text = f"\\textcommabelow{{{text}}}"
        elif mark in tables.accents:
            text = _with_accent(tables.accents[mark], text)
        else:
            return ""
    return f"{{{text}}}" if text else ""


def _with_accent(command: str, text: str) -> str:
    is_short = len(text) == 1 and not command.isalpha()
    return f"\\{command}{text}" if is_short else f"\\{command}{{{_ungrouped(text)}}}"


def _ungrouped(text: str) -> str:
    return text[1:-1] if text.startswith("{") and text.endswith("}") else text


def _script(mark: str, inner: str) -> str:
    """Return a superscript or subscript character; a letter after a digit stays in the text."""
    inner = inner.replace("\u2212", "-")
    return f"${mark}{inner}$" if inner.isascii() and len(inner) == 1 else inner


def _symbol(character: str) -> str:
    """Return a symbol in math or as a text command; compatibility letters are their plain ones."""
    plain = unicodedata.normalize("NFKC", character)
    if unicodedata.decomposition(character).startswith("<font>"):
        return _math_letter(unicodedata.name(character, ""), plain)
    found = _SYMBOL.fullmatch(_builtin_symbols().get(ord(character), ""))
    if found is None:
        return plain if plain.isascii() and plain.isprintable() else ""
    return f"${found['math']}$" if found["math"] else f"{{{found['text']}}}"


def _math_letter(name: str, plain: str) -> str:
    if not plain.isascii():
        return tex_character(plain)
    alphabets = tex_tables().alphabets.items()
    alphabet = next((style for word, style in alphabets if word in name), "")
    if alphabet == "mathcal" and not plain.isupper():
        return "$\\ell$" if plain == "l" else f"${plain}$"
    return f"$\\{alphabet}{{{plain}}}$" if alphabet else f"${plain}$"


@cache
def _builtin_symbols() -> dict[int, str]:
    from pylatexenc.latexencode import get_builtin_uni2latex_dict  # slow: only when it is needed

    return {code: str(text) for code, text in get_builtin_uni2latex_dict().items()}


@cache
def characters() -> dict[str, str]:
    """Return the text behind each TeX form that stands for one character, without outer braces."""
    tables = tex_tables()
    written = tables.characters.items()
    table = {_ungrouped(text): sign for sign, text in written if text.startswith("{\\")}
    table |= {f"\\{command}": letter for letter, command in tables.letters.items()}
    table |= {_ungrouped(tex_character(character)): character for character in tables.symbols}
    return table | {f"\\{command}": text for command, text in tables.commands.items()}


@cache
def _marks() -> dict[str, str]:
    """Return the combining character of each command for an accent."""
    marks = {command: mark for mark, command in tex_tables().accents.items()}
    return marks | {"textcommabelow": _COMMA_BELOW}


_BASE = r"\\[ij](?![A-Za-z])|\\(?:ae|AE|oe|OE|o|O)(?![A-Za-z])|[^\W\d_]"
_ACCENTED = lazy_regex(
    rf"\\(?P<sign>[`'^\"~=.])\s?(?:\{{\s?(?P<a>{_BASE})\s?\}}|(?P<b>{_BASE}))"
    rf"|\\(?P<word>textcommabelow|[uvHcdbkr])(?:\{{\s?(?P<c>{_BASE})\s?\}}| (?P<d>{_BASE}))"
)
_GROUPED_LETTER = lazy_regex(
    r"\{(?<!\\[uvHcdbkr]\{)(?<!\\textcommabelow\{)"
    r"([^\x00-\x7f\u0300-\u036f][\u0300-\u036f]{0,3}|[A-Za-z][\u0300-\u036f]{1,3})\}"
)
_LETTER = lazy_regex(
    r"\{(?P<a>\\[A-Za-z]+)\s?(?:\{\})?\}|(?P<b>\\[A-Za-z]+)(?:\{\}|\s(?=[a-z])|(?![A-Za-z]))"
)


MATH = lazy_regex(r"(\$(?<!\\\$)(?:[^$\\]|\\.){1,400}\$)")
"""Math between dollars, for splitting a text: every second part is math."""


def composed(text: str) -> str:
    """Return `text` with TeX's accents and letters as Unicode; math and other commands stay."""
    if "\\" not in text:
        return text
    if "$" not in text:
        return _composed(text)
    parts = MATH.split(text)
    parts[::2] = map(_composed, parts[::2])
    return "".join(parts)


def _composed(text: str) -> str:
    for _ in range(3):  # an accent on an accent, in braces
        text, accents = _ACCENTED.subn(
            lambda it: _with_mark(it[it.lastindex or 0], it["sign"] or it["word"]), text
        )
        text, groups = _GROUPED_LETTER.subn(lambda it: unicodedata.normalize("NFC", it[1]), text)
        if not (accents or groups):
            break
    if "\\" in text:
        text = _LETTER.sub(_letter, text)
    return unicodedata.normalize("NFC", text)


@lru_cache(maxsize=4096)  # few letters with accents come again and again
def _with_mark(base: str, command: str) -> str:
    letter = base[1:] if base in ("\\i", "\\j") else characters().get(base, base)
    return unicodedata.normalize("NFC", letter + _marks()[command])


def _letter(found: re.Match[str]) -> str:
    command = found["a"] or found["b"]
    character = characters().get(command)
    return found[0] if character is None or command in _STAY else character


_STAY = frozenset({"\\LaTeX", "\\TeX"})
