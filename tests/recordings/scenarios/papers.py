"""`add`, `feed`, `enrich` and `published`: papers that are looked up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.lookup.answers import Paper, dblp_info
from tests.lookup.arxiv_site import answering
from tests.lookup.indexes import Indexes
from tests.lookup.site import Responder
from tests.recordings.scenario import Run, Scenario
from tests.recordings.scenarios.texts import (
    CONFIGURED,
    LENSES,
    PROJECT,
    PUSHED,
    SOUP,
    TITLE,
    WITH_BIB,
    digest,
)

_SERVICES = ("arxiv", "crossref", "dblp", "semantic_scholar")
LOOKUP = "\n[lookup]\n" + "".join(f'{name} = "{{site}}/{name}"\n' for name in _SERVICES)
_PEOPLE = ("Ada Lovelace", "Alan Turing")
_BIBTEX = (
    "@inproceedings{me2020, title={A {Way} Without arXiv}, author={Doe, Jane and Roe, Rob},\n"
    " booktitle={International Conference on Machine Learning}, year=2020, pages={1--9}}\n"
)
_NOTE = """\
---
citekey: lovelace2022
title: Small Lenses for Large Skies
authors: [Ada Lovelace, Alan Turing]
year: 2022
status: read
---
# Small Lenses for Large Skies

Small lenses see large skies.
"""


def knowing(*papers: Paper, dblp: Sequence[dict[str, Any]] = ()) -> Responder:
    """Answer as services that know these papers, by arXiv id and in the index of DBLP."""
    return Indexes(list(papers), list(dblp)).respond


_LENSES = Paper("2201.10001", title=TITLE, authors=_PEOPLE, comment="Accepted at CVPR 2022")
_SOUP = Paper(
    "2301.10003",
    title="Cooking Soup with Gradients",
    authors=_PEOPLE,
    comment="Accepted to ICML 2023 (oral)",
)
_NEW = Paper(
    "2501.00001",
    title="A New Way to Make Pictures",
    authors=_PEOPLE,
    abstract="We make pictures.",
    published="2025-01-15T10:00:00Z",
    comment="Accepted at CVPR 2025",
)
_PROJECT = {"papers.md": digest(LENSES, SOUP), "zoterodigest.toml": CONFIGURED + LOOKUP}
_FEED = """
[[feed]]
name = "Pictures"
digest = "papers.md"
categories = ["cs.CV"]
keywords = ["pictures"]
"""

PAPERS = (
    Scenario(
        "add",
        "Papers are looked up and become entries; one that is there is not added again.",
        _PROJECT,
        (
            Run("add 2501.00001 --dry-run"),
            Run("add 2501.00001 2201.10001v3"),
            Run("add 2501.00001"),
            Run("sync --yes"),
            Run("undo --yes"),
            Run("undo --yes"),
        ),
        given=PUSHED,
        services=knowing(_NEW, _LENSES, _SOUP),
    ),
    Scenario(
        "add-bibtex",
        "What a digest cannot show of a BibTeX entry waits for the next sync.",
        {**PROJECT, "more.bib": _BIBTEX},
        (
            Run("add more.bib --to papers.md --offline --dry-run"),
            Run("add more.bib --to papers.md --offline --json"),
            Run("sync --yes --offline"),
            Run("undo --yes"),
        ),
        given=PUSHED,
    ),
    Scenario(
        "feed",
        "New papers come into the digest, each once.",
        {**_PROJECT, "zoterodigest.toml": CONFIGURED + _FEED + LOOKUP},
        (
            Run("feed --since 2025-01-15 --until 2025-01-16 --dry-run"),
            Run("feed --since 2025-01-15 --until 2025-01-16"),
            Run("feed --since 2025-01-15 --until 2025-01-16"),
            Run("undo --yes"),
            Run("feed --offline"),
        ),
        services=answering([_NEW]),
    ),
    Scenario(
        "enrich",
        "What the library lacks is filled in from arXiv, and undone.",
        _PROJECT,
        (
            Run("enrich --dry-run"),
            Run("enrich"),
            Run("enrich"),
            Run("status --check"),
            Run("undo --yes"),
        ),
        given=(Run("push --yes --offline"),),
        services=knowing(_LENSES, _SOUP),
    ),
    Scenario(
        "enrich-offline",
        "Nothing can be looked up: the run says so.",
        _PROJECT,
        (Run("push --offline"), Run("enrich --offline"), Run("published --apply --offline")),
        services=knowing(_LENSES, _SOUP),
    ),
    Scenario(
        "published-apply",
        "A preprint's item becomes that of the published version; the .bib follows.",
        {**_PROJECT, "zoterodigest.toml": WITH_BIB + LOOKUP},
        (
            Run("published"),
            Run("published --apply --dry-run"),
            Run("published --apply"),
            Run("status --check"),
            Run("published --apply --markdown"),
            Run("undo --yes"),
        ),
        given=(Run("sync --yes --offline"),),
        services=knowing(
            _LENSES,
            _SOUP,
            dblp=[
                dblp_info(
                    title="Cooking Soup with Gradients.",
                    venue="ICML",
                    year="2023",
                    doi="10.5555/icml.3",
                    pages="10-19",
                )
            ],
        ),
    ),
    Scenario(
        "add-files",
        "In a vault a paper gets a file of its own; it is an entry at once, and undo removes it.",
        {
            "Papers/@lovelace2022.md": _NOTE,
            "new.bib": _BIBTEX,
            "zoterodigest.toml": CONFIGURED.replace("papers.md", "Papers/**/*.md")
            + 'entry = "file"\nnew = { file = "@{citekey}.md" }\n'
            + LOOKUP,
        },
        (
            Run("add new.bib 2501.00001 --dry-run"),
            Run("add new.bib 2501.00001"),
            Run("push Papers/@me2020.md --yes --brief"),
            Run("add new.bib --json"),
            Run("undo --yes --brief"),
            Run("undo --yes --brief"),
        ),
        services=knowing(_NEW),
    ),
)
