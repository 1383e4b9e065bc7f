"""Text as LaTeX: plain text into the value of a field, and such a value back into plain text.

Math and what is TeX already pass through; every other sign of TeX's is escaped; braces come out
balanced whatever comes in, so that no value ends before its field does.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from enum import Enum

from zoterodigest.bibtex.tex.accents import (
    MATH,
    accented,
    characters,
    composed,
    special_signs,
    tex_character,
    tex_tables,
)
from zoterodigest.bibtex.tex.markup import has_markup, on_one_line, pieces_of
from zoterodigest.regex import lazy_regex


class Dialect(Enum):
    """What reads a .bib: BibTeX, which knows no Unicode, or biblatex with biber, which does."""

    BIBTEX = "bibtex"
    BIBLATEX = "biblatex"

    __hash__ = object.__hash__  # a part of every cache's key; an Enum's own is slow


def encode(text: str, dialect: Dialect) -> str:
    """Return `text` (a note, an abstract, the name of a journal) as the value of a field.

    HTML's tags and entities are understood, blanks and line ends are one blank, what cannot be
    seen is dropped. BibTeX gets ASCII, but for characters that pdflatex has not: they stay.
    """
    return encode_cleaned(cleaned_tex(text), dialect, _quoted)


def encode_cleaned(
    text: str, dialect: Dialect, prepared: Callable[[str], str] = lambda text: text
) -> str:
    """Return a cleaned text as the value of a field; its plain parts are `prepared` before."""
    if not has_markup(text):
        return escaped_tex(text, dialect)
    return "".join(
        piece.text if piece.is_tex else escaped_tex(prepared(piece.text), dialect)
        for piece in pieces_of(text)
    )


def encode_words(text: str, dialect: Dialect, encode_plain: Callable[[str], str]) -> str:
    """Return a cleaned text with markup as the value of a field; `encode_plain` gets its plain
    parts, but for those that stand in braces already.

    Math with capitals is put in braces: a style that lowers titles would change what it means.
    """
    encoded = []
    for piece in pieces_of(text):
        if not piece.is_tex:
            plain = _quoted(piece.text)
            encoded.append(escaped_tex(plain, dialect) if piece.depth else encode_plain(plain))
        elif piece.text[0] == "$" and not piece.depth and piece.text != piece.text.lower():
            encoded.append(f"{{{piece.text}}}")
        else:
            encoded.append(piece.text)
    return "".join(encoded)


def cleaned_tex(text: str) -> str:
    """Return `text` in NFC on one line, without what cannot be seen, straight quotes in pairs.

    Ligatures are letters, and an apostrophe is the straight one: TeX prints both in its own way.
    """
    text = on_one_line(text) if text.isascii() and text.isprintable() else _with_plain_letters(text)
    return text if "<" in text or "\\" in text else _quoted(text)


def _with_plain_letters(text: str) -> str:
    # All rare signs are beyond plain ASCII: what is, is searched for them, not the whole text
    # (cleaning an abstract with one "é": 41 -> 17 µs).
    beyond = "".join(_BEYOND.findall(text))
    if _UNSEEN.search(beyond):
        text = _UNSEEN.sub("", text)
    text = unicodedata.normalize("NFC", on_one_line(text))
    if "’" in text or "ʼ" in text or "´" in text:
        text = (_INNER_APOSTROPHE if "‘" in text else _APOSTROPHE).sub("'", text)
    if _LIGATURE.search(beyond):
        text = _LIGATURE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    return text


def escaped_tex(text: str, dialect: Dialect) -> str:
    """Return plain text, cleaned before, with TeX's signs escaped and its letters encoded."""
    if dialect is Dialect.BIBLATEX:
        return _with_symbols(text)
    if not text.isascii() and _LOOSE_MARK.search(text):
        return _with_loose_marks(text)
    return _replaced(text, _ASCII)


def decode(text: str) -> str:
    """Return the value of a field as plain text: accents, symbols and quotes as Unicode.

    Math stays as it is but for single symbols, italics and the like become HTML tags, braces
    vanish, an unknown command stays. `decode(encode(x))` is `x`, up to quotes, dashes and braces.
    """
    if not (_is_typed(text) or "\\" in text or "{" in text or "}" in text or "$" in text):
        return text
    if "$" in text:
        parts = MATH.split(text)
        parts[::2] = map(_decoded, parts[::2])
        parts[1::2] = (characters().get(math, math) for math in parts[1::2])
        text = "".join(parts)
    else:
        text = _decoded(text)
    return unicodedata.normalize("NFC", text)


_UNSEEN = lazy_regex(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_LIGATURE = lazy_regex("[\ufb00-\ufb06]")
_BEYOND = lazy_regex("[^ -~]")
# A search for a sign is far faster if the sign stands first, and what is before it is seen later.
_INNER_APOSTROPHE = lazy_regex(r"[’ʼ´](?<=\w.)(?=\w)")
_APOSTROPHE = lazy_regex(r"[’ʼ]|´(?<=\w´)(?=\w)")
_OPENING_QUOTE = lazy_regex(r'"(?<![^\s(\[/–—-]")')
_LETTER_WITH_MARKS = lazy_regex("([^\u0300-\u036f][\u0300-\u036f]{1,4})")
_LOOSE_MARK = lazy_regex("[\u0300-\u036f]")


def _replaced(text: str, table: dict[str, str]) -> str:
    """Return `text` with each character as it is in `table`."""
    # Not `str.translate`, which looks up every letter (an abstract: 38 -> 6 µs).
    return special_signs().sub(lambda found: table[found[0]], text)


class _AsciiTable(dict[str, str]):
    """What each character becomes for BibTeX, filled as characters are met."""

    def __missing__(self, character: str) -> str:
        self[character] = tex_character(character)
        return self[character]


_ASCII = _AsciiTable()


class _SymbolTable(dict[str, str]):
    """What each character becomes for biblatex: only what common fonts lack is TeX, in math."""

    def __missing__(self, character: str) -> str:
        tex = tex_character(character)
        is_tex = character.isascii() or (tex[0] == "$" and character not in _IN_FONTS)
        self[character] = tex if is_tex else character
        return self[character]


_SYMBOLS = _SymbolTable()
_IN_FONTS = frozenset("°·µ×±¹²³½¼¾ªº")
_GREEK_WORD = lazy_regex("([\u0370-\u03ff\u1f00-\u1fff]{2,})")


def _with_symbols(text: str) -> str:
    if text.isascii():
        return _replaced(text, _SYMBOLS)
    parts = _GREEK_WORD.split(text)
    parts[::2] = (_replaced(part, _SYMBOLS) for part in parts[::2])
    return "".join(parts)


def _quoted(text: str) -> str:
    return _OPENING_QUOTE.sub("“", text).replace('"', "”") if '"' in text else text


def _with_loose_marks(text: str) -> str:
    """Return `text` encoded where letters carry marks that Unicode cannot join with them."""
    parts = _LETTER_WITH_MARKS.split(text)
    parts[::2] = (_replaced(part, _ASCII) for part in parts[::2])
    parts[1::2] = (accented(part) or _replaced(part, _ASCII) for part in parts[1::2])
    return "".join(parts)


_HIDDEN = {"textbackslash": "\ue000", "textbraceleft": "\ue001", "textbraceright": "\ue002"}
_HIDDEN_SIGN = lazy_regex(
    r"\{\\(text(?:backslash|brace(?:left|right)))\}"
    r"|\\(text(?:backslash|brace(?:left|right)))(?:\{\}|\s|(?![A-Za-z]))"
)
# The sign stands first, as above; only then is the backslash before it looked for.
_TYPED = lazy_regex(r"[-`'~](?<!\\.)(?:(?<=-)--?|(?<=`)`?|(?<=')'|(?<=~))")
_TYPOGRAPHY = {"---": "—", "--": "–", "``": "“", "''": "”", "`": "‘", "~": " "}
_ESCAPED = lazy_regex(r"\\([&%$#_{} ])")
_SHOWN = (("{", ""), ("}", ""), ("\ue000", "\\"), ("\ue001", "{"), ("\ue002", "}"))
_STYLED = lazy_regex(r"\\(emph|text(?:it|bf|sc|tt|subscript|superscript))\{([^{}]*)\}")


def _decoded(text: str) -> str:
    # The order is a law: signs that are meant as signs are hidden before braces and backslashes
    # are read as TeX, and shown again when these have gone.
    has_commands = "\\" in text
    if has_commands and "\\textb" in text:
        text = _HIDDEN_SIGN.sub(lambda found: _HIDDEN[found[1] or found[2]], text)
    if _is_typed(text):
        text = _TYPED.sub(lambda found: _TYPOGRAPHY[found[0]], text)
    if has_commands:
        text = _without_commands(text)
    for sign, shown in _SHOWN:
        text = text.replace(sign, shown)
    return text


def _is_typed(text: str) -> bool:
    """Tell whether a text may hold what TeX's typists write for a sign."""
    # One search for each sign, as in `has_markup` (an abstract: 20 -> 0.3 µs).
    return "--" in text or "~" in text or "`" in text or "''" in text


def _without_commands(text: str) -> str:
    text = composed(text.replace("{\\relax ", "{"))
    text = _ESCAPED.sub(lambda found: {"{": "\ue001", "}": "\ue002"}.get(found[1], found[1]), text)
    for _ in range(3 if "\\" in text else 0):  # styles within styles
        text = _STYLED.sub(lambda found: _tagged(found[2], found[1]), text)
    return text


def _tagged(text: str, command: str) -> str:
    tag = tex_tables().shown[command]
    return f"<{tag}>{text}</{tag.split()[0]}>" if tag else text
