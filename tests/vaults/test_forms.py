"""Every form that integrations and people are known to write stands in a vault of the fixtures.

The other tests go through all fixtures: each form is read, adopted and kept to the byte by them.
"""

from __future__ import annotations

import re
from functools import cache

from tests.vaults.fixtures import HALVES, load, names

KEYS = (
    *("citekey", "citeKey", "Citekey", "citationKey", "citation-key", "Citation Key", "cite-key"),
    *("bibkey", "zotero-citekey", "zotero-key", "zotero-link", "zoterouri", "Zotero URI"),
    *("desktopLink", "Zotero PDF URI", "bbturi", "first-author", "authors-short", "journal"),
    *("Venue", "venue", "publication", "publisher", "conference", "container-title", "related"),
    *("status", "rating", "priority", "created", "cssclasses", "publish", "aliases", "keywords"),
    *("zt-attachments", "zotflow-locked", "library-id", "item-version", "original-title", "issued"),
    *("item-type", "links", "creators", "libraryID", "$itemKey", "$version", "$libraryID"),
    *("parent", "collections", "id", "collapsed", "background-color", "hl-page", "ls-type"),
)
"""Keys of front matter, of properties and of metadata in bullets and quotes."""

FORMS = {
    "a citation key with its sign": r'(?m)^cit\S*: "@',
    "an empty citation key": r"(?m)^cit\S*:[ ]*$",
    "several citation keys": r"(?m)^cit\S*: \[.*,",
    "a citation key with signs": r"(?mi)^\w*key:+ \S*\w[$:.+]\w",
    "an address of a group": r"zotero://select/groups/\d+/items/",
    "an address of Better BibTeX": r"zotero://select/(library/)?items/@",
    "an old address": r"zotero://select/(library/)?items/[01]_",
    "an address of a PDF": r"(?m)^[\w ]+: .*zotero://open-pdf/",
    "an address on the web": r"https://www\.zotero\.org/users/",
    "a key with its group": r"\b[2-9A-NP-Z]{8}g\d+\b",
    "authors with commas": r"(?m)^authors?: [^\[\n\"';]+, ",
    "last names first": r"(?m)^authors?: .*, .*; ",
    "a list of links": r'(?m)^- "?\[\[|^\s+- "?\[\[',
    "links to pages of people": r"\[\[Authors/",
    "a year in quotes": r'year: "\d',
    "a year as a link": r'"\[\[\d{4}\]\]"',
    "a day": r"(?m)^date: \d{4}-\d\d-\d\d",
    "a month": r"(?m)^date: \d{4}-\d\d$",
    "a day of Logseq": r"date:: \[\[",
    "a month of Logseq": r"date:: \d+/\d{4}",
    "a venue with its year": r"conference: \w+\d{4}",
    "a DOI as an address": r"(?i)\bdoi: https?://",
    "tags in brackets": r"(?m)^tags: \[",
    "tags on lines": r"(?m)^tags:\s*\n\s*- ",
    "tags with commas": r'(?m)^tags: [^\["\n]+,',
    "tags with blanks": r"(?m)^tags: [^\[,\n]+ [^,\n]+$",
    "no tags": r"(?m)^tags:[ ]*$",
    "a failed template": r"(?m)^\S+: .*Error: `",
    "a template that nobody filled in": r"(?m)^\w+: .*\{\{",
    "TOML": r"\A\+\+\+",
    "front matter that ends in dots": r"(?m)^\.\.\.[ ]*$",
    "TeX in a title": r"title: .*[{\\$]",
    "Dataview": r"(?m)^\w[\w ]*:: ",
    "Dataview in a list": r"(?m)^[-*] \**[\w ]+\**:: ",
    "Dataview in a quote": r"(?m)^> \**\w+\**:: ",
    "Dataview in brackets": r"\[\w+:: ",
    "Dataview in parentheses": r"\(\w+:: ",
    "metadata of BibNotes": r"- \*\*CiteKey\*\*",
    "a box of BibNotes": r"```ad-info",
    "metadata of Mdnotes": r"\* Cite key:",
    "creators of the plugin of Logseq": r"\(author\)",
    "a linked title": r"(?m)^## \[.*\]\(zotero",
    "an abstract": r"\[!abstract\]-",
    "a citation": r"\[!Cite\]",
    "a box of metadata": r"\[!info\]",
    "a folded box of metadata": r"\[!example\]- Metadata",
    "BibTeX": r"```bibtex",
    "a query in a line": r"`=join",
    "a query": r"```dataview",
    "a button": r"```button",
    "an embedded PDF": r"!\[\[.*\.pdf",
    "a block that an import keeps": r"%% begin \w+ %%",
    "such a block behind text": r"\w%% begin",
    "the day of an import": r"%% Import Date",
    "older marks of imports": r"%% (Export Date|Begin annotations)",
    "a region of ZotLit": r"%%zt-managed%%",
    "a note in ZotFlow": r"ZF_NOTE_BEG",
    "an annotation in ZotFlow": r"ZF_ANNO",
    "a block of the person's in ZotFlow": r"ZF_PERSIST",
    "a task": r"- \[ \]",
    "a citation in text": r"\[@\w",
    "a link to a note by its key": r"\[\[@",
    "a reference of Logseq": r"\(\([0-9a-f-]{8}",
    "an embedded block of Logseq": r"\{\{embed",
    "a file of Logseq": r"\.\./assets",
    "an imported file of Logseq": r"\{\{zotero-imported-file",
    "links of Foam": r"(?m)^\[\w.*\]: ",
    "a comment of Mermaid": r"```mermaid[^`]*%%",
    "an annotation of Zotero": r"“.*” \(\[.*\]\(zotero://select",
    "one of Zotero Integration": r"(?m)^> “.*Highlight \[Page",
    "one in a colored quote": r"\[!quote\|#",
    "one in a box of its color": r"\[!YellowHighlight\]",
    "one in a mark": r'<mark class="hltr',
    "one in a mark with a style": r'<mark style="background',
    "the heading of an import": r"### Imported on",
    "one of ZotLit": r"> \^[0-9A-Z]{8}a[0-9A-Z]{8}p",
    "one of ZotFlow": r"\[!zotflow-highlight",
    "its id": r"(?m)^\^[0-9A-Z]{8}$",
    "one of BibNotes": r'(?m)^- \*[“"]',
    "a picture": r"!\[\[.*\.(png|jpg)",
}
PLACES = {
    "a citation key": r"(^|/)@\w+\.md$",
    "a name of Logseq": r"%2F|___",
    "a page of the plugin of Logseq": r"(^|/)R[:_]",
    "metadata of Mdnotes": r"-zotero\.md$",
    "a copy of a sync service": r"sync-conflict|conflicted copy",
    "a stand-in of iCloud": r"/?\.[^/]+\.icloud$",
    "a drawing": r"\.excalidraw\.md$",
    "a page of a PDF in Logseq": r"(^|/)hls__",
    "a copy of Logseq": r"logseq/(bak|version-files)/",
    "a hidden folder": r"(^|/)\.(obsidian|trash)/",
}


@cache
def texts() -> list[str]:
    """Return the text of every file."""
    vaults = [load(name) for half in HALVES for name in names(half)]
    return [one.data(file).decode(errors="replace") for one in vaults for file in one.files]


def test_vaults_have_every_key() -> None:
    stated = {key: re.compile(rf"(?m)^[\s>*-]*\**{re.escape(key)}\**(::|:| =)") for key in KEYS}

    assert [key for key, it in stated.items() if not any(map(it.search, texts()))] == []


def test_vaults_have_every_form() -> None:
    forms = {form: re.compile(it) for form, it in FORMS.items()}

    assert [form for form, it in forms.items() if not any(map(it.search, texts()))] == []


def test_vaults_have_files_of_every_kind_of_name() -> None:
    vaults = [load(name) for half in HALVES for name in names(half)]
    places = [one.placed(file) for one in vaults for file in one.files]

    missing = [kind for kind, it in PLACES.items() if not any(re.search(it, one) for one in places)]
    assert missing == []
