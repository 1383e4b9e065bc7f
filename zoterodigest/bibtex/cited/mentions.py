"""What one text says of its bibliography: the keys it cites, the .bib files and texts it names.

TeX sources, the .aux and .bcf files that TeX leaves, Markdown (Pandoc's, Quarto's, Obsidian's), and
Typst are understood.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator

from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

ALL = "*"
"""The key that `\\nocite{*}` cites: every entry there is."""


@dataclass(frozen=True, slots=True)
class CitesKey:
    """The key `key` is cited at the character `at`."""

    at: int
    key: str


@dataclass(frozen=True, slots=True)
class ReadsText:
    """Another text is read in at `at`; `folder` is what the command itself puts before `name`."""

    at: int
    name: str
    folder: str = ""


@dataclass(frozen=True, slots=True)
class UsesBib:
    """A .bib file is named, perhaps without its suffix; `by_bibtex` if BibTeX reads it."""

    name: str
    by_bibtex: bool = False


@dataclass(frozen=True, slots=True)
class UsesBiblatex:
    """The document loads biblatex: biber reads its .bib files, BibTeX does not."""


@dataclass(frozen=True, slots=True)
class DefinesName:
    """The text defines `name`, which is cited like a key but is in no .bib.

    It is a set of entries, or a label: Typst writes references to labels like citations.
    """

    name: str


Mention = CitesKey | ReadsText | UsesBib | UsesBiblatex | DefinesName


def is_document(name: str) -> bool:
    """Tell by the suffix of `name` whether such a file can be read for what it cites."""
    return _suffix(name) in _READERS


def mentions_of(name: str) -> Callable[[str], Iterator[Mention]]:
    """Return the reader for a file called `name`, by its suffix; what is unknown is TeX."""
    return _READERS.get(_suffix(name), in_tex)


def _suffix(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def in_tex(text: str) -> Iterator[Mention]:
    """Yield what a TeX source mentions, in order, outside comments, verbatim text and \\iffalse.

    Reading stops at `\\endinput` and `\\end{document}`.
    """
    at = 0
    while (found := _TEX.search(text, at)) is not None:
        at = found.end()
        if found["environment"]:
            at = _after(text, f"\\end{{{found['environment']}}}", at)
        elif found["false"]:
            end = _FI.search(text, at)
            at = end.end() if end else len(text)
        elif found["stop"]:
            return
        elif name := found["name"]:
            yield from _command(text, name, at)


def in_aux(text: str) -> Iterator[Mention]:
    """Yield what an .aux file mentions: written by BibTeX's or biblatex's \\cite."""
    for found in _AUX.finditer(text):
        match found["name"]:
            case "citation" | "abx@aux@cite":
                yield from _keys(found["text"], found.start("text"))
            case "bibdata":
                yield from _bibs(found["text"], by_bibtex=True)
            case _:
                yield ReadsText(found.start(), found["text"])


def in_bcf(text: str) -> Iterator[Mention]:
    """Yield what biber's control file mentions."""
    for found in _BCF.finditer(text):
        value = html.unescape(found["text"]).strip()
        if found["name"] == "citekey" and _IS_SET.search(found["attributes"]):
            yield DefinesName(value)
            if members := _MEMBERS.search(found["attributes"]):
                yield from _keys(html.unescape(members["text"]), found.start())
        elif found["name"] == "citekey":
            yield CitesKey(found.start(), value)
        else:
            yield UsesBib(value)


def in_markdown(text: str) -> Iterator[Mention]:
    """Yield what Pandoc's Markdown mentions: `@key`, `[@key; -@other]`, `@{key}`, front matter.

    So are `\\cite{key}` and a link to a note, `[[@key#part|name]]`. Code, comments (`%%…%%` is one
    of Obsidian), styles, the targets of links, and references to figures, tables, equations and
    sections do not count.
    """
    for found in _MARKDOWN.finditer(text):
        if key := found["key"] or found["braced"] or found["note"]:
            if not _CROSS_REFERENCE.match(key):
                yield CitesKey(found.start(), key)
        elif name := found["name"]:
            if _cites(name):
                yield from _command(text, name, found.end())
        elif found["bib"]:
            yield from _bibs_in_yaml(found["bib"])
        elif found["file"]:
            yield ReadsText(found.start(), found["file"])


def in_settings(text: str) -> Iterator[UsesBib]:
    """Yield the bibliographies that a YAML file of settings mentions, such as `_quarto.yml`."""
    for found in _YAML_BIBS.finditer(text):
        yield from _bibs_in_yaml(found["bib"])


def in_quarto(text: str) -> Iterator[Mention]:
    """Yield what Quarto's Markdown mentions: more prefixes than Pandoc's are references in it."""
    for mention in in_markdown(text):
        if not isinstance(mention, CitesKey) or not _QUARTO_REFERENCE.match(mention.key):
            yield mention


def in_typst(text: str) -> Iterator[Mention]:
    """Yield what a Typst source mentions: `@key`, `#cite(<key>)`, `#bibliography("refs.bib")`.

    Comments, raw text and addresses do not count. A label is not a key: references to labels
    look like citations, so each label is yielded as well.
    """
    for found in _TYPST.finditer(text):
        if key := found["key"]:
            yield CitesKey(found.start(), key.rstrip(".:"))
        elif key := found["cited"] or found["named"]:
            yield CitesKey(found.start(), key)
        elif label := found["label"]:
            yield DefinesName(label)
        elif found["bibs"]:
            yield from map(UsesBib, _TYPST_BIB.findall(found["bibs"]))
        elif found["file"]:
            yield ReadsText(found.start(), found["file"])


_READERS: dict[str, Callable[[str], Iterator[Mention]]] = {
    **dict.fromkeys(("tex", "ltx", "latex", "sty", "cls", "rnw", "snw", "dtx"), in_tex),
    **dict.fromkeys(("md", "markdown", "rmd"), in_markdown),
    "qmd": in_quarto,
    "aux": in_aux,
    "bcf": in_bcf,
    "typ": in_typst,
}
_VERBATIM = "verbatim|Verbatim|lstlisting|minted|comment|filecontents|alltt|BVerbatim|LVerbatim"
_TEX = lazy_regex(
    r"%[^\n]*+"
    r"|\\verb\*?(?P<mark>[^\sA-Za-z*])[^\n]{0,1000}?(?P=mark)"
    rf"|\\begin\s*+\{{(?P<environment>(?:{_VERBATIM})\*?)\}}"
    r"|(?P<false>\\iffalse(?![A-Za-z@]))"
    r"|(?P<stop>\\endinput(?![A-Za-z@])|\\end\s*+\{document\})"
    r"|\\(?P<name>[A-Za-z@]++)"
    r"|\\.",
    re.DOTALL,
)
_FI = lazy_regex(r"\\(?:fi|else)(?![A-Za-z@])")
_GAP = r"(?:\s|%[^\n]*+)*+"  # TeX reads over a comment wherever it reads over blanks
_OPTION = rf"{_GAP}\[(?:[^\[\]{{}}]|\{{[^{{}}]*+\}})*+\]"
_ARGUMENT = (
    rf"{_GAP}\{{(?P<text>(?:[^{{}}%]|%[^\n]*+)*+)\}}"  # braces in comments count for nothing
)
_OPTIONS = rf"\*?(?:{_GAP}<[^<>]*+>)*+(?:{_GAP}\([^()]*+\))*+(?:{_OPTION})*+"
_FIRST = lazy_regex(_OPTIONS + _ARGUMENT)
_SECOND = lazy_regex(
    _OPTIONS + rf"{_GAP}" + r"\{(?P<before>[^{}]*+)\}" + rf"(?:{_OPTION})*+" + _ARGUMENT
)
_MORE = lazy_regex(rf"(?:{_OPTION})*+" + _ARGUMENT)
_PLAIN_NAME = lazy_regex(r"\s*+(?P<text>[^\s{}\\%]++)")
_CITES = lazy_regex(r"[A-Za-z]*[cC]ite[A-Za-z]*|bibentry")
_NO_CITES = frozenset(
    {"citestyle", "setcitestyle", "citenumfont", "citetext", "citereset", "citesep", "bibcite"}
    | {"newcites", "defcitealias", "DeclareCiteCommand", "DeclareMultiCiteCommand"}
    | {"DeclareAutoCiteCommand", "excite", "recite", "incite"}
)
_READS = frozenset({"input", "include", "subfile", "subfileinclude", "InputIfFileExists"})
_READS_IN_FOLDER = frozenset({"import", "subimport", "includefrom", "subincludefrom", "inputfrom"})
_PACKAGES = frozenset({"usepackage", "RequirePackage"})
_BIBS = frozenset({"bibliography", "addbibresource", "addglobalbib", "addsectionbib"})
_AUX = lazy_regex(
    r"^\\(?P<name>citation|abx@aux@cite|bibdata|@input)(?:\{\d*+\}(?=\{))?\{(?P<text>[^{}]*+)\}",
    re.MULTILINE,
)
_BCF = lazy_regex(
    r"<bcf:(?P<name>citekey|datasource)\b(?P<attributes>[^<>]*+)>(?P<text>[^<>]*+)</bcf:"
)
_IS_SET = lazy_regex(r"\stype=[\"']set[\"']")
_MEMBERS = lazy_regex(r"\smembers=[\"'](?P<text>[^\"'<>]*+)")
_KEY = lazy_regex(r"[^\s,%#\\{}]++")
_LEADING = lazy_regex(_GAP)
_PART = lazy_regex(r"(?:[^,%]|%[^\n]*+)++")
_COMMENT = lazy_regex(r"%[^\n]*+(?:\n[ \t]*+)?")  # TeX drops the line end and what indents the next
_YAML_BIBS = lazy_regex(
    r"^bibliography:(?P<bib>[^\n]*+(?:\n[ \t]*+-[ \t][^\n]*+|\n[ \t]++[^\n]*+)*+)", re.MULTILINE
)
_FENCE_END = r"[ \t>]*+(?P=fence)[`~]*+[ \t]*+$"
_MARKDOWN = lazy_regex(
    r"^(?:[ \t>]|[*+-][ \t]|\d{1,9}[.)][ \t])*+(?P<fence>`{3,}+(?![^\n]*`)|~{3,}+)[^\n]*+\n"
    rf"(?:(?!{_FENCE_END})[^\n]*+\n)*+(?:{_FENCE_END}|[^\n]*+\Z)"
    r"|(?<!`)(?P<ticks>`++)"
    r"(?:[^`\n]++|\n(?![ \t>]*+\n)|(?!(?P=ticks)(?!`))`++){0,500}+(?P=ticks)(?!`)"
    r"|<!--.*?(?:-->|\Z)"
    # Obsidian's comment; without an end the signs say nothing, as elsewhere they are text.
    r"|%%.*?%%"
    r"|<(?P<raw>style|script)\b.*?(?:</(?P=raw)>|\Z)"
    r"|(?:https?|ftp)://[^\s<>]++"
    r"|\]\([^\s()]++"
    rf"|{_YAML_BIBS.pattern}"
    r"|\{\{<[ \t]*+include[ \t]++(?P<file>[^\s<>]++)[ \t]*+>\}\}"
    r"|\\(?P<name>[A-Za-z]++)|\\."
    r"|\[\[@(?P<note>[^\s\[\]|#^@;,]+?)(?:\.md)?(?=[\]|#^])"
    r"|(?<!\w)@(?:(?P<key>\*(?!\w)|\w(?:\w|[:.#$%&+?<>~/-](?=\w))*+)|\{(?P<braced>[^{}\n]++)\})",
    re.MULTILINE | re.DOTALL,
)
_TYPST_BIB = lazy_regex(r'"([^"\n\\]*+(?<=\.bib))"')
_TYPST = lazy_regex(
    r"//[^\n]*+"
    r"|/\*.*?(?:\*/|\Z)"
    r"|(?P<ticks>`{3,}+).*?(?:(?P=ticks)|\Z)"
    r"|`[^`]*+`"
    r"|(?:https?|ftp)://[^\s<>]++"
    r"|\\."
    r"|(?<!\w)@(?P<key>\w(?:[\w:.-])*+)"
    r"|\bcite\s*+\(\s*+(?:<(?P<cited>[^<>\s]++)>|label\(\s*+\"(?P<named>[^\"\n\\]++)\")"
    r"|\b(?:ref|link)\s*+\(\s*+<[^<>\s]++>"
    r"|\bbibliography\s*+\((?P<bibs>[^()]*+(?:\([^()]*+\)[^()]*+)*+)\)"
    r"|#(?:include|import)\s*+\"(?:@[^\"\n]*+|(?P<file>[^\"\n\\]++))\""
    r"|<(?P<label>[\w][\w:.-]*+)>",
    re.DOTALL,
)
_CROSS_REFERENCE = lazy_regex(r"(?i:fig|tbl|eq|sec|lst)[:-]")
# https://quarto.org/docs/authoring/cross-references.html: theorems and callouts
_QUARTO_REFERENCE = lazy_regex(
    r"(?i:thm|lem|cor|prp|cnj|def|exm|exr|sol|rem|alg|tip|nte|wrn|imp|cau)-"
)
_YAML_COMMENT = lazy_regex(r"[ \t]#[^\n]*+")
_YAML_NAME = lazy_regex(
    r"\"(?P<double>[^\"\n]++)\"|'(?P<single>[^'\n]++)'|(?P<plain>[^\s\"'\[\],|>-][^\"'\[\],\n]*+)"
)
_OTHER_BIB = lazy_regex(r"\.(?:json|ya?ml|ris|xml|enl)\Z", re.IGNORECASE)


def _after(text: str, end: str, at: int) -> int:
    found = text.find(end, at)
    return len(text) if found < 0 else found + len(end)


def _command(text: str, name: str, at: int) -> Iterator[Mention]:
    """Yield what the command called `name`, whose arguments begin at `at`, mentions."""
    if name in _READS:
        if found := _FIRST.match(text, at) or _PLAIN_NAME.match(text, at):
            yield ReadsText(at, found["text"].strip())
    elif name in _READS_IN_FOLDER:
        if found := _SECOND.match(text, at):
            yield ReadsText(at, found["text"].strip(), found["before"].strip())
    elif name in _BIBS:
        if found := _FIRST.match(text, at):
            is_bibtex = name == "bibliography"
            yield from _bibs(found["text"], by_bibtex=is_bibtex)
            if not is_bibtex:
                yield UsesBiblatex()
    elif name in _PACKAGES:
        found = _FIRST.match(text, at)
        if found and "biblatex" in (name.strip() for _, name in _parts(found["text"])):
            yield UsesBiblatex()
    elif name == "defbibentryset":
        if found := _SECOND.match(text, at):
            yield DefinesName(found["before"].strip())
            yield from _keys(found["text"], found.start("text"))
    elif _cites(name):
        yield from _cited(text, name, at)


def _cites(name: str) -> bool:
    return _CITES.fullmatch(name) is not None and name not in _NO_CITES


def _cited(text: str, name: str, at: int) -> Iterator[Mention]:
    pattern = _SECOND if name.lower().endswith("volcite") else _FIRST
    found = pattern.match(text, at)
    while found is not None:
        yield from _keys(found["text"], found.start("text"))
        is_row = name.endswith(("cites", "citetexts"))
        found = _MORE.match(text, found.end()) if is_row else None


def _keys(text: str, start: int) -> Iterator[Mention]:
    """Yield the keys of a list with commas, without comments and parameters of macros."""
    for at, key in _parts(text):
        if key == ALL or _KEY.fullmatch(key):
            yield CitesKey(start + at, key)


def _bibs(text: str, *, by_bibtex: bool) -> Iterator[Mention]:
    for _, name in _parts(text):
        yield UsesBib(name, by_bibtex)


def _bibs_in_yaml(value: str) -> Iterator[UsesBib]:
    """Yield the .bib files of a YAML value, a name or a list; Pandoc reads other kinds, too."""
    for found in _YAML_NAME.finditer(_YAML_COMMENT.sub("", value)):
        name = (found["double"] or found["single"] or found["plain"]).strip()
        if not _OTHER_BIB.search(name):
            yield UsesBib(name)


def _parts(text: str) -> Iterator[tuple[int, str]]:
    """Yield what stands between the commas of a list, with its place, as TeX reads it."""
    for found in _PART.finditer(text):
        if part := _COMMENT.sub("", found[0]).strip():
            leading = _LEADING.match(found[0])
            yield found.start() + (leading.end() if leading else 0), part
