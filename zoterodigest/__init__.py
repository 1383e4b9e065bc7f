"""Keep Markdown paper digests, a Zotero library and a BibTeX file in agreement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zoterodigest.api import ListedPaper, PlannedRun, Project, ProjectStatus, RunResult
    from zoterodigest.errors import ZoterodigestError

__all__ = [
    "ListedPaper",
    "PlannedRun",
    "Project",
    "ProjectStatus",
    "RunResult",
    "ZoterodigestError",
    "__version__",
]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # Imported when it is asked for: the program starts without the API.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "ZoterodigestError":
        from zoterodigest.errors import ZoterodigestError

        return ZoterodigestError
    from zoterodigest import api

    return getattr(api, name)
