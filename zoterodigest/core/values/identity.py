"""Which work is meant: identifiers found in URLs and text, and titles made comparable.

Every expression here is linear in its input: no repetition stands inside another without a bound.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from zoterodigest.frozen import frozen
from zoterodigest.regex import lazy_regex


@frozen(order=True)
class Identifier:
    """One name of a work in one scheme, in canonical form.

    `scheme` is one of `arxiv`, `doi`, `openreview`, `acl`, `cvf`, `ecva`, `pmlr`, `neurips`, `url`;
    `value` has no version, no prefix and one spelling (`2103.00020`, `cs/0112017`,
    `10.1109/cvpr.2020.1` in lower case).
    """

    scheme: str
    value: str

    # The lock file, the history and --json have identifiers in this form.
    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"

    @property
    def is_page(self) -> bool:
        """Whether it is the address of a page: a work has several, and a page several works."""
        return self.scheme == "url"


@lru_cache(maxsize=50_000)
def identifier_of(url: str) -> Identifier | None:
    """Return the identifier that a URL (or a bare `arXiv:…`, `doi:…`, `10.…/…`) stands for.

    Pages of no known scheme get the scheme `url` and their canonical address, papers or not; None
    for what is no web address (empty, relative, `mailto:`, `javascript:`).
    """
    text = url.strip()
    if not text or len(text) > _LONGEST_URL:
        return None
    if not text.startswith("http"):
        if bare := _BARE_ARXIV.fullmatch(text):
            return _arxiv(bare["id"])
        if bare := _BARE_DOI.fullmatch(text):
            return _doi(bare["doi"])
    address = _split(text)
    if address is None:
        return None
    host, path = address.host, address.path
    # Decoded, as publishers write the slash of a DOI as %2F in their addresses.
    if "%" in path:
        path = unquote(path)
    # PMLR serves its PDFs from GitHub, too.
    if host == "raw.githubusercontent.com" and path.startswith("/mlresearch/"):
        host, path = "proceedings.mlr.press", path.removeprefix("/mlresearch")
    return _known(host, path, address.query) or Identifier("url", _canonical_url(address))


def typed_identifier(text: str) -> Identifier | None:
    """Return the identifier that a person means by `text`: an arXiv id may stand by itself."""
    return identifier_of(text) or identifier_of(f"arXiv:{text}")


def identifier_in(scheme: str, value: str) -> Identifier:
    """Return the identifier that a field `arxiv` or `doi` holds; a DOI may stand in any case."""
    return Identifier(scheme, value.lower() if scheme == "doi" else value)


def doi_as_written(doi: str, text: str) -> str:
    """Return the canonical `doi`, which was read in `text`, in the case in which it stands there.

    DOIs compare without case, but publishers print theirs in one.
    """
    for plain in (text, unquote(text)):
        at = plain.lower().find(doi)
        if plain[at : at + len(doi)].lower() == doi:
            return plain[at : at + len(doi)]
    return doi


def arxiv_version(url: str) -> str | None:
    """Return the version (`v2`) in the URL of an arXiv paper, or None."""
    text = url.strip()
    if len(text) > _LONGEST_URL or not _VERSION.search(text):
        return None
    if not text.startswith("http") and (bare := _BARE_ARXIV.fullmatch(text)):
        return bare["version"]
    address = _split(text)
    found = None if address is None else _arxiv_page(address.host, unquote(address.path))
    return found["version"] if found else None


def arxiv_in_text(text: str) -> tuple[str, ...]:
    """Return the arXiv ids that stand in `text`, in order, none twice, without versions.

    Ids count behind `arXiv:`, in the address of a paper's page, in a DOI that arXiv gives, or bare
    if new-style and possible.
    """
    # An id alone, as most slots of ids hold it, needs no search: 1 % of reading long entries.
    if _BARE_ID.fullmatch(text):
        return (text,)
    found = (
        _arxiv(match["a"] or match["b"] or match["c"]) for match in _ARXIV_IN_TEXT.finditer(text)
    )
    return tuple(dict.fromkeys(identifier.value for identifier in found))


def doi_in_text(text: str) -> tuple[str, ...]:
    """Return the DOIs that stand in `text`, in lower case, in order, none twice.

    The DOIs that arXiv gives its own papers are left out: `arxiv_in_text` finds those ids.
    """
    found = (_doi(match.group()) for match in _DOI_IN_TEXT.finditer(text))
    return tuple(dict.fromkeys(each.value for each in found if each.scheme == "doi"))


@lru_cache(maxsize=50_000)
def is_paper_url(url: str) -> bool:
    """Tell whether `url` is surely the page or file of a paper: a known scheme, host or `.pdf`."""
    identifier = identifier_of(url)
    if identifier is None or identifier.scheme != "url":
        return identifier is not None
    # Cut here, as its address is canonical: `urlsplit` took 6 % of reading a table.
    address = identifier.value.removeprefix("https://").partition("?")[0]
    host, _, path = address.partition("/")
    is_paper = _is_of(host.partition(":")[0], _PUBLISHERS) and not path.startswith(_OF_JOURNAL)
    is_paper = is_paper and path != ""
    return is_paper or path.lower().endswith(".pdf")


def canonical_title(title: str) -> str:
    """Return `title` with case, quotes, dashes, braces, entities, simple tags and blanks folded.

    Two titles with one canonical form are the same title written differently (docs/invariants.md).
    """
    text = html.unescape(_TAG.sub("", html.unescape(_AMPERSANDS.sub("&", title))))
    text = text.replace("´", "'")  # NFKC makes it a blank with an accent
    # Twice: folding case may leave a text that is not in normal form.
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    text = _UNSEEN.sub("", text)
    text = _QUOTES.sub("'", _DASHES.sub("-", text))
    return " ".join(text.split())


def match_title(title: str) -> str:
    """Return the letters and digits of `title` without case and accents: for finding a work."""
    # In ASCII without tags and entities, only case is folded: a tenth of the time for most titles.
    if title.isascii() and not ("&" in title or "<" in title):
        return _NO_LETTERS.sub("", title.lower())
    decomposed = unicodedata.normalize("NFKD", canonical_title(title))
    return "".join(character for character in decomposed if character.isalnum())


def _hosts(text: str) -> frozenset[str]:
    return frozenset(text.split())


# The longest input that the patterns below ever see, so hostile text costs little.
_LONGEST_URL = 4_000

_NEW_ID = r"\d{4}\.\d{4,5}"
_OLD_ID = r"[a-z]{1,8}(?:-[a-z]{2,4})?(?:\.[a-z-]{2,9})?/\d{7}"
_ID = rf"(?P<id>{_NEW_ID}|{_OLD_ID})(?P<version>v\d{{1,3}})?"
_BARE_ARXIV = lazy_regex(rf"arxiv ?: ?{_ID}(?: ?\[[\w. ,-]{{1,40}}\])?", re.IGNORECASE)
_VERSION = lazy_regex(r"v\d|%", re.IGNORECASE)  # behind a percent sign it may stand encoded
_BARE_DOI = lazy_regex(r"(?:doi ?: ?)?(?P<doi>10\.\d{4,9}/\S{1,300})", re.IGNORECASE)
_ARXIV_HOSTS = {
    "arxiv.org": r"/(?:abs|pdf|html|src|e-print|format|ps)/",
    "xxx.lanl.gov": r"/(?:abs|pdf)/",
    "ar5iv.org": r"/(?:abs|html|pdf)/",
    "ar5iv.labs.arxiv.org": r"/(?:abs|html|pdf)/",
    "alphaxiv.org": r"/(?:[a-z]{2}/)?(?:abs|pdf|html|overview|resources|audio)/",
    "huggingface.co": r"/papers/",
    "hf.co": r"/papers/",
    "hf-mirror.com": r"/papers/",
}
_ARXIV_PAGES = {
    host: lazy_regex(rf"{prefix}{_ID}(?:\.pdf|\.html)?/?", re.IGNORECASE)
    for host, prefix in _ARXIV_HOSTS.items()
}
# arXiv counts papers of a month with four digits until 2014, with five since 2015.
_POSSIBLE_ID = (
    r"(?:0[7-9]|1[0-4])(?:0[1-9]|1[0-2])\.\d{4}|(?:1[5-9]|[2-8]\d)(?:0[1-9]|1[0-2])\.\d{5}"
)
_BARE_ID = lazy_regex(_POSSIBLE_ID)
_ARXIV_IN_TEXT = lazy_regex(
    rf"(?:arxiv ?: ?|10\.48550/arxiv\.)(?P<a>{_NEW_ID}|{_OLD_ID})(?!\d)"
    rf"|(?:arxiv\.org|alphaxiv\.org|huggingface\.co|ar5iv\.org)"
    rf"/(?:abs|pdf|html|papers|overview)/(?P<b>{_NEW_ID}|{_OLD_ID})(?!\d)"
    rf"|(?<![\w./-])(?P<c>{_POSSIBLE_ID})(?:v\d{{1,3}})?(?![\w/-])(?!\.\d)",
    re.IGNORECASE,
)
_DOI_IN_TEXT = lazy_regex(r"(?<![\w.])10\.\d{4,9}/[^\s\"<>{}|\\^`\[\]]{1,300}", re.IGNORECASE)
_ARXIV_DOI = lazy_regex(rf"10\.48550/arxiv\.{_ID}", re.IGNORECASE)

_OPENREVIEW = frozenset({"/forum", "/pdf", "/attachment", "/references/pdf"})
_ACL_PATH = lazy_regex(
    r"/(?:anthology/|papers/)?(?:[A-Za-z]\d{2}/[A-Za-z]\d{2}/|[A-Za-z]/[A-Za-z]\d{2}/)?"
    r"(?P<id>[a-z]\d{2}-\d{4,5}|(?:19|20)\d\d\.[a-z0-9]{1,30}(?:-[a-z0-9_]{1,30})?\.\d{1,5})"
    r"(?:v\d)?(?:\.pdf|\.bib)?(?:/[^/]{0,40})?/?",
    re.IGNORECASE,
)
_CVF_PATH = lazy_regex(
    r"/content[^/]{0,60}/(?:[^/]{1,60}/){1,3}(?P<id>[^/]{1,300})_(?:paper|supplemental)\.(?:pdf|html|zip)",
    re.IGNORECASE,
)
_ECVA_PATH = lazy_regex(
    r"/papers/(?P<year>eccv_\d{4})/papers_ECCV/papers/(?P<id>\d{1,12})(?:-supp)?\.pdf",
    re.IGNORECASE,
)
_PMLR_PATH = lazy_regex(
    r"/(?P<volume>[vr]\d{1,4})/(?:main/assets/)?(?P<id>[\w-]{1,80})(?:/[\w-]{1,90})?(?:\.html|\.pdf)?/?"
)
_NEURIPS_PATH = lazy_regex(
    r"/paper(?:_files/paper)?/\d{4}/(?:hash|file)/(?P<id>[0-9a-f]{32})-.{1,80}"
)
_DOI_PATH = lazy_regex(
    r"/(?:doi|article|chapter|book|content|content/pdf)/(?:[a-z]{1,12}/)?(?P<doi>10\.\d{4,9}/.{1,300})",
    re.IGNORECASE,
)
_DOI_TAIL = lazy_regex(
    r"(?:/(?:full|abstract|pdf|meta|fulltext|full-text|figures|references)/?|\.pdf|\.full(?:\.pdf)?"
    r"|\.abstract|/)$",
    re.IGNORECASE,
)
_BIORXIV_VERSION = lazy_regex(r"v\d{1,2}(?:\.full|\.abstract)?(?:\.pdf)?$")
_NATURE_PATH = lazy_regex(r"/articles/(?P<id>s\d{5}-\d{3}-\d{4,5}-[\dxyzw])(?:\.pdf)?/?")
_ACL_HOSTS = "aclanthology.org aclweb.org aclanthology.info aclanthology.coli.uni-saarland.de"
_NEURIPS_HOSTS = "proceedings.neurips.cc papers.nips.cc papers.neurips.cc"
_PAGES = {
    host: (scheme, pattern, value)
    for hosts, scheme, pattern, value in (
        (_ACL_HOSTS, "acl", _ACL_PATH, "{id}"),
        ("openaccess.thecvf.com", "cvf", _CVF_PATH, "{id}"),
        ("ecva.net", "ecva", _ECVA_PATH, "{year}/{id}"),
        ("proceedings.mlr.press", "pmlr", _PMLR_PATH, "{volume}/{id}"),
        (_NEURIPS_HOSTS, "neurips", _NEURIPS_PATH, "{id}"),
        ("nature.com", "doi", _NATURE_PATH, "10.1038/{id}"),
    )
    for host in hosts.split()
}
"""Hosts with one form of page address: the scheme, the path, and the value it stands for."""
_DOI_HOSTS = _hosts(
    "dl.acm.org link.springer.com onlinelibrary.wiley.com science.org sciencemag.org "
    "pnas.org tandfonline.com journals.sagepub.com biorxiv.org medrxiv.org pubs.acs.org "
    "aip.scitation.org iopscience.iop.org royalsocietypublishing.org journals.aps.org "
    "epubs.siam.org worldscientific.com frontiersin.org"
)
_PUBLISHERS = _DOI_HOSTS | _hosts(
    "arxiv.org openreview.net aclanthology.org aclweb.org thecvf.com ecva.net mlr.press "
    "neurips.cc nips.cc doi.org ieeexplore.ieee.org computer.org springer.com "
    "sciencedirect.com nature.com cell.com mdpi.com semanticscholar.org dblp.org jmlr.org "
    "ijcai.org aaai.org isca-speech.org isca-archive.org roboticsproceedings.org "
    "bmva-archive.org.uk vldb.org usenix.org ncbi.nlm.nih.gov plos.org academic.oup.com jair.org "
    "direct.mit.edu diglib.eg.org ssrn.com hal.science techrxiv.org chemrxiv.org "
    "eprint.iacr.org distill.pub elifesciences.org"
)

_OF_JOURNAL = ("journal/", "series/", "submission-guidelines", "en/index.cfm")
"""How the path of a journal's own page begins, or that of a series of books."""

_SEEN_AT = sorted(_PUBLISHERS | {*_ARXIV_HOSTS, *_PAGES, "githubusercontent.com"})
# A percent sign or an entity may hide a letter of any address.
MAY_NAME_WORK = (
    r"(?i)\d{4}\.\d{4}|[a-z]/\d{7}|10\.\d{4}|%[0-9a-f]{2}|&#?\w+;|\.pdf|arxiv|"
    + "|".join(map(re.escape, _SEEN_AT))
)
"""What stands in any text with an identifier or the address of a paper, as a pattern."""

_AMPERSANDS = lazy_regex(r"&(?:amp;)+")
_TAG = lazy_regex(
    r"</?(?:span|i|b|em|strong|sub|sup|sc|u|mark|code|br)(?:\s[^<>]{0,200})?/?>", re.I
)
_UNSEEN = lazy_regex(r"[{}\x00-\x08\x0e-\x1f\x7f\u00ad\u200b-\u200f\u2060\ufeff]|\\(?=[^\w\s])")
_NO_LETTERS = lazy_regex(r"[^a-z0-9]+")
_QUOTES = lazy_regex(r"[\"'`´ʼ‘’‚‛“”„‟‹›«»′″「」『』]+")
_DASHES = lazy_regex(r"[-‐‑‒–—―−⁃]+")


def _arxiv(number: str) -> Identifier:
    archive, slash, rest = number.lower().partition("/")
    return Identifier("arxiv", archive.partition(".")[0] + slash + rest if slash else number)


def _doi(text: str) -> Identifier:
    doi = text.lower().rstrip(".,;:!?'\"*_")
    # A DOI has brackets in pairs (10.1016/0004-3702(89)90049-4); a lone one is of the text around.
    while doi.endswith((")", "]")) and doi.count("(") < doi.count(")"):
        doi = doi[:-1].rstrip(".,;:")
    found = _ARXIV_DOI.fullmatch(doi)
    return _arxiv(found["id"]) if found else Identifier("doi", doi)


class _Address(NamedTuple):
    """The parts of a web address; its host in one spelling."""

    host: str
    port: int | None
    path: str
    query: str


def _split(text: str) -> _Address | None:
    """Split a web address, also one without its scheme; None for anything else."""
    if text.startswith("//"):
        text = "https:" + text
    elif "://" not in text[:10] and _HOST_FIRST.match(text):
        text = "https://" + text
    # `urlsplit` takes four times as long for the same: 7 % of reading a list.
    if plain := _PLAIN_ADDRESS.fullmatch(text):
        host, path, query = plain.groups("")
        return _Address(_known_host(host), None, path, query) if "." in host else None
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or "." not in host or _BLANK.search(text):
        return None
    return _Address(_known_host(host), port, parts.path, parts.query)


_HOST_FIRST = lazy_regex(r"(?:[\w-]{1,63}\.){1,6}[a-z]{2,24}/|www\.", re.IGNORECASE)
_BLANK = lazy_regex(r"[\s\x00-\x1f]")
_PLAIN_ADDRESS = lazy_regex(
    r"https?://([A-Za-z0-9._-]+)(/[^?#\s\x00-\x1f]*)?(?:\?([^#\s\x00-\x1f]*))?"
    r"(?:#[^\s\x00-\x1f]*)?"
)
"""The host, path and query of an address that names no user and no port, its host in ASCII."""


def _is_of(host: str, known: frozenset[str]) -> bool:
    """Whether `host` is one of the `known` hosts, or lies within one."""
    # Each outer host is looked up: asking each known one cost 15 % of reading a table.
    while host and host not in known:
        host = host.partition(".")[2]
    return host != ""


def _known_host(host: str) -> str:
    host = host.lower().rstrip(".").removeprefix("www.")
    return "arxiv.org" if host in _ARXIV_MIRRORS else host


_ARXIV_MIRRORS = frozenset({"export.arxiv.org", "browse.arxiv.org", "cn.arxiv.org", "de.arxiv.org"})


def _canonical_url(address: _Address) -> str:
    pairs = [pair for pair in address.query.split("&") if pair and not pair.startswith("utm_")]
    port = f":{address.port}" if address.port not in (None, 80, 443) else ""
    query = "?" + "&".join(pairs) if pairs else ""
    return f"https://{address.host}{port}{address.path.rstrip('/')}{query}"


def _known(host: str, path: str, query: str) -> Identifier | None:
    """Return the identifier of a page at a host whose addresses we understand."""
    if found := _arxiv_page(host, path):
        return _arxiv(found["id"])
    match host:
        case "doi.org" | "dx.doi.org":
            found = _BARE_DOI.fullmatch(path[1:].rstrip("/"))
            return _doi(found["doi"]) if found else None
        case "openreview.net":
            forum = dict(parse_qsl(query)).get("id", "") if path in _OPENREVIEW else ""
            return Identifier("openreview", forum) if forum else None
    if page := _PAGES.get(host):
        scheme, pattern, value = page
        found = pattern.fullmatch(path)
        return Identifier(scheme, value.format_map(found.groupdict()).lower()) if found else None
    return _doi_page(host, path)


def _arxiv_page(host: str, path: str) -> re.Match[str] | None:
    pattern = _ARXIV_PAGES.get(host)
    return None if pattern is None else pattern.fullmatch(path)


def _doi_page(host: str, path: str) -> Identifier | None:
    found = _DOI_PATH.match(path) if _is_of(host, _DOI_HOSTS) else None
    if found is None:
        return None
    doi = found["doi"]
    if host in ("biorxiv.org", "medrxiv.org"):
        doi = _BIORXIV_VERSION.sub("", doi)
    return _doi(_DOI_TAIL.sub("", doi))
