"""What lookups take from this machine: environment, cache folder, and the project's `[lookup]`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from zoterodigest.cli.base.network import cache_folder
from zoterodigest.cli.base.screen import tell, visible
from zoterodigest.cli.base.talk import countdown
from zoterodigest.project.config import LookupRules

if TYPE_CHECKING:
    from zoterodigest.lookup.sources import Sources

OFFLINE = "ZOTERODIGEST_OFFLINE"
SCHOLAR_KEY = "SEMANTIC_SCHOLAR_API_KEY"


def is_offline(environment: Mapping[str, str] = os.environ) -> bool:
    """Tell whether nothing is to be looked up on this machine, whatever a project says."""
    return environment.get(OFFLINE, "").strip().lower() in ("1", "true", "yes", "on")


def open_sources(rules: LookupRules) -> Sources:
    """Return the sources of a project with these rules; nothing has been asked or opened yet.

    Answers are kept in the user's cache folder; where there is none, for this run alone.
    """
    from zoterodigest.lookup.cache import Ages, Cache, cache_file
    from zoterodigest.lookup.service import Manners
    from zoterodigest.lookup.sources import Addresses, Sources

    folder = cache_folder()
    key = os.environ.get(SCHOLAR_KEY, "").strip()
    addresses = Addresses(rules.arxiv, rules.crossref, rules.dblp, rules.semantic_scholar, key)
    found = timedelta(days=rules.days)
    return Sources(
        addresses,
        Cache(cache_file(folder) if folder else None, tell=lambda news: tell([visible(news)])),
        Manners(rules.mailto, countdown),
        Ages(found, min(found, Ages().missing)),
    )
