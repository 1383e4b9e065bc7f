"""Digests, configurations and steps that many scenarios share."""

from __future__ import annotations

from tests.recordings.scenario import Run

LENSES = """\
> **Small Lenses for Large Skies**
> *CVPR 2022*, [arxiv](https://arxiv.org/abs/2201.10001), [code](https://github.com/a/lenses)
> Task: astronomy
>
> - Small lenses see large skies.
> - Many of them see more.
"""
SOUP = """\
> **Cooking Soup with Gradients**
> *arXiv 2023*, [arxiv](https://arxiv.org/abs/2301.10003)
> Task: cooking
>
> - Soup is stirred downhill.
"""
WEATHER = """\
> **The Weather on Distant Planets**
> *arXiv 2024*, [arxiv](https://arxiv.org/abs/2401.10004)
> Task: weather
>
> - It rains iron.
"""
TITLE, OTHER, THIRD = (
    "Small Lenses for Large Skies",
    "Cooking Soup with Gradients",
    "The Weather on Distant Planets",
)


def digest(*entries: str) -> str:
    """Return a digest of reading notes."""
    return "# Notes\n\n---\n\n" + "\n\n".join(entries)


CONFIGURED = 'library = "{library}"\n\n[[digest]]\npath = "papers.md"\n'
WITH_BIB = CONFIGURED + '\n[[bibliography]]\npath = "refs.bib"\n'
TWO_WAY = WITH_BIB + "push = true\npull = true\n"
TWO = {"papers.md": digest(LENSES, SOUP)}
PROJECT = {"papers.md": digest(LENSES, SOUP), "zoterodigest.toml": CONFIGURED}
BIB_PROJECT = {"papers.md": digest(LENSES, SOUP), "zoterodigest.toml": WITH_BIB}
TWO_WAY_PROJECT = {"papers.md": digest(LENSES, SOUP), "zoterodigest.toml": TWO_WAY}
PUSHED = (Run("push papers.md --yes"),)
SYNCED = (Run("sync --yes"),)
