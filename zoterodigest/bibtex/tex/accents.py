"""Characters beyond ASCII as TeX writes them, and TeX's commands as the characters they mean.

Letters with accents are taken apart by Unicode itself; what that cannot do stands in the tables
here; symbols are pylatexenc's, as far as every LaTeX can set them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache


def _pairs(table: str) -> dict[str, str]:
    """Return a table in which a key, its value, the next key and so on stand between blanks."""
    words = iter(table.split())
    return dict(zip(words, words, strict=True))


ACCENTS = {
    chr(int(code, 16)): command
    for code, command in _pairs(
        r"""
        0300 `   0301 '   0302 ^   0303 ~   0304 =   0306 u   0307 .   0308 "   030a r
        030b H   030c v   0323 d   0327 c   0328 k   0331 b
        """
    ).items()
}
"""Combining characters and the command that sets each of them on a letter."""

LETTERS = _pairs(
    r"""
    ø o   Ø O   ł l   Ł L   æ ae   Æ AE   œ oe   Œ OE   å aa   Å AA   ß ss   đ dj   Đ DJ
    ð dh   Ð DH   þ th   Þ TH   ŋ ng   Ŋ NG   ı i   ȷ j
    """
)
"""Letters that have a command of their own."""

_BELOW = frozenset("\u0323\u0327\u0328\u0331")
_COMMA_BELOW = "\u0326"
_PLAIN = _pairs(
    r"""
    ‐ -   ‑ -   ‒ --   – --   — ---   ― ---   ‘ `   ’ '   ‚ {\quotesinglbase}   “ ``
    ” ''   „ {\quotedblbase}   … {\ldots}   ʼ '   ′ $'$   ″ $''$   µ $\mu$   ϵ $\epsilon$
    × $\times$   → $\rightarrow$   ← $\leftarrow$   √ $\surd$   ½ $1/2$   ¼ $1/4$
    ¾ $3/4$   ° $^\circ$   · $\cdot$   ∗ $\ast$   ★ $\star$   ● {\textbullet}
    © {\textcopyright}   € {\texteuro}   ™ {\texttrademark}   ✓ $\checkmark$
    ♠ $\spadesuit$   ♥ $\heartsuit$   ♣ $\clubsuit$   ♦ $\diamondsuit$   ¿ ?`   ¡ !`   （ (
    ） )   ： :   ， ,
    """
)
_SYMBOL = re.compile(
    r"\\ensuremath\{(?P<math>(?:[^{}\\]|\\(?!mathscr|mathbit|mathmit)[A-Za-z]+|\{[A-Za-z0-9]\})+)\}"
    r"|(?P<text>\\(?:text[a-z]+|guil[a-z]+|[PS]))"
)
_SCRIPTS = {"<super>": "^", "<sub>": "_"}


@cache
def tex_character(character: str) -> str:
    """Return a character beyond ASCII in TeX; the character itself where pdflatex has none."""
    if character in LETTERS:
        return f"{{\\{LETTERS[character]}}}"
    if character in _PLAIN:
        return _PLAIN[character]
    kind, *codes = unicodedata.decomposition(character).split() or [""]
    if codes and kind in _SCRIPTS:
        return _script(_SCRIPTS[kind], "".join(chr(int(code, 16)) for code in codes))
    decomposed = unicodedata.normalize("NFD", character)
    return accented(decomposed) or _symbol(character) or character


def accented(decomposed: str) -> str:
    r"""Return a letter and the combining characters behind it as one `{\'e}`; "" if TeX cannot."""
    letter, marks = decomposed[0], sorted(decomposed[1:], key=_BELOW.__contains__)
    if not marks:
        return ""
    text = letter if letter.isascii() and letter.isalpha() else ""
    if letter in LETTERS:
        text = f"\\{LETTERS[letter]}"
    for mark in marks:
        if not text:
            return ""
        if mark == _COMMA_BELOW:
            text = f"\\textcommabelow{{{text}}}"
        elif mark in ACCENTS:
            text = _with_accent(ACCENTS[mark], text)
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


_ALPHABETS = {
    "SCRIPT": "mathcal",
    "DOUBLE-STRUCK": "mathbb",
    "FRAKTUR": "mathfrak",
    "MONOSPACE": "mathtt",
    "BOLD": "mathbf",
}


def _math_letter(name: str, plain: str) -> str:
    if not plain.isascii():
        return tex_character(plain)
    alphabet = next((style for word, style in _ALPHABETS.items() if word in name), "")
    if alphabet == "mathcal" and not plain.isupper():
        return "$\\ell$" if plain == "l" else f"${plain}$"
    return f"$\\{alphabet}{{{plain}}}$" if alphabet else f"${plain}$"


@cache
def _builtin_symbols() -> dict[int, str]:
    from pylatexenc.latexencode import get_builtin_uni2latex_dict  # slow: only when it is needed

    return {code: str(text) for code, text in get_builtin_uni2latex_dict().items()}


_DECODED_SYMBOLS = (
    "αβγδεζηθικλμνξπρστυφχψωϑϖϱςϕΓΔΘΛΞΠΣΥΦΨΩ∞×÷±≤≥≠≈∼∈∉∀∃∅∪∩⊂⊆∇∂→←↔⇒∑∏∫√⊕⊗⋆°·ℓ½¼¾²³¹′″✓≠₀₁₂•†‡§¶«»£"
)


@cache
def characters() -> dict[str, str]:
    """Return the text behind each TeX form that stands for one character, without outer braces."""
    table = {_ungrouped(text): sign for sign, text in _PLAIN.items() if text.startswith("{\\")}
    table |= {f"\\{command}": letter for letter, command in LETTERS.items()}
    table |= {_ungrouped(tex_character(character)): character for character in _DECODED_SYMBOLS}
    return table | _NAMED


_NAMED = _pairs(
    r"""
    \textasciitilde ~   \textasciicircum ^   \textbackslash \   \textbraceleft {
    \textbraceright }   \textless <   \textgreater >   \textbar |   \textquotedbl "
    \textquotesingle '   \textasciigrave `   \textendash –   \textemdash —
    \textellipsis …   \dots …   \textquoteleft ‘   \textquoteright ’   \textquotedblleft “
    \textquotedblright ”   \textregistered ®   \texttrademark ™   \textdegree °
    \texttimes ×   \S §   \P ¶   \LaTeX LaTeX   \TeX TeX
    """
) | {"\\relax": ""}


_COMMANDS = {command: mark for mark, command in ACCENTS.items()} | {"textcommabelow": "\u0326"}
_BASE = r"\\[ij](?![A-Za-z])|\\(?:ae|AE|oe|OE|o|O)(?![A-Za-z])|[^\W\d_]"
_ACCENTED = re.compile(
    rf"\\(?P<sign>[`'^\"~=.])\s?(?:\{{\s?(?P<a>{_BASE})\s?\}}|(?P<b>{_BASE}))"
    rf"|\\(?P<word>textcommabelow|[uvHcdbkr])(?:\{{\s?(?P<c>{_BASE})\s?\}}| (?P<d>{_BASE}))"
)
_GROUPED_LETTER = re.compile(
    r"(?<!\\[uvHcdbkr])(?<!\\textcommabelow)"
    r"\{([^\x00-\x7f\u0300-\u036f][\u0300-\u036f]{0,3}|[A-Za-z][\u0300-\u036f]{1,3})\}"
)
_LETTER = re.compile(
    r"\{(?P<a>\\[A-Za-z]+)\s?(?:\{\})?\}|(?P<b>\\[A-Za-z]+)(?:\{\}|\s(?=[a-z])|(?![A-Za-z]))"
)


MATH = re.compile(r"((?<!\\)\$(?:[^$\\]|\\.){1,400}\$)")
"""Math between dollars, for splitting a text: every second part is math."""


def composed(text: str) -> str:
    """Return `text` with TeX's accents and letters as Unicode; math and other commands stay."""
    if "\\" not in text:
        return text
    parts = MATH.split(text)
    parts[::2] = map(_composed, parts[::2])
    return "".join(parts)


def _composed(text: str) -> str:
    for _ in range(3):  # an accent on an accent, in braces
        text = _ACCENTED.sub(_compose, text)
        text = _GROUPED_LETTER.sub(lambda found: unicodedata.normalize("NFC", found[1]), text)
    return unicodedata.normalize("NFC", _LETTER.sub(_letter, text))


def _compose(found: re.Match[str]) -> str:
    base = found["a"] or found["b"] or found["c"] or found["d"]
    letter = base[1:] if base in ("\\i", "\\j") else characters().get(base, base)
    return unicodedata.normalize("NFC", letter + _COMMANDS[found["sign"] or found["word"]])


def _letter(found: re.Match[str]) -> str:
    command = found["a"] or found["b"]
    character = characters().get(command)
    return found[0] if character is None or command in _STAY else character


_STAY = frozenset({"\\LaTeX", "\\TeX"})
