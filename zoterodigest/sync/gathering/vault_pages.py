"""The pages of vaults by the names that wikilinks call them, and the items that they are about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from zoterodigest.core.plan.plan import Link
from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.core.values.file_names import folded_file_name
from zoterodigest.library.address import group_id_of, is_built_in, select_link
from zoterodigest.project.lock.parts import items_of_files
from zoterodigest.sync.gathering.gather import Gathered
from zoterodigest.sync.gathering.workspace import Workspace

if TYPE_CHECKING:
    from zoterodigest.notes.wikilinks import PageLinks


class VaultPages:
    """The items of the linked files of vaults, of those too that a run does not look at.

    Items that a run creates are among them: a library that gives them other keys changes these in
    the notes that it writes, too.
    """

    def __init__(self, workspace: Workspace, gathered: Gathered, links: Iterable[Link]) -> None:
        self._project = workspace.project
        self._library = workspace.library.identity
        self._lock_data = gathered.lock_data
        self._links = links

    def links_in(self, digest: SourceKey, blocks: Iterable[str]) -> PageLinks:
        """Return where the wikilinks in the `blocks` of a note lead to: in a vault, to items.

        No Zotero shows the items of a trial library, so nothing leads there.
        """
        # Only what writes notes asks; a run without any has no use for what reads them (10 ms).
        from zoterodigest.notes.wikilinks import pages_in

        pages = dict.fromkeys(page for one in blocks if "[[" in one for page in pages_in(one))
        if not pages or is_built_in(self._library) or not self._is_page(digest):
            return {}
        group = group_id_of(self._library)
        items = {page: self._item(page) for page in pages}
        return {page: select_link(group, item) for page, item in items.items() if item}

    def _item(self, page: str) -> str:
        """Return the item of the page that is called so; "" if there is none, or if several are.

        As in Obsidian, a page is called by its path or by the end of it, in any case.
        """
        name = folded_file_name(page)
        called = {
            item
            for digest, item in self._by_name.get(name.rpartition("/")[2], ())
            if f"/{_path(digest)}".endswith(f"/{name}") and self._is_page(digest)
        }
        return called.pop() if len(called) == 1 else ""

    def _is_page(self, digest: SourceKey) -> bool:
        return self._project.former_rules(digest).is_vault

    @cached_property
    def _by_name(self) -> Mapping[str, list[tuple[SourceKey, str]]]:
        """All files with the items that they are about, by their names without folder."""
        linked = items_of_files(self._lock_data)
        found = ((one.row.digest, one.row.item) for one in self._links)
        pages = defaultdict[str, list[tuple[SourceKey, str]]](list)
        for digest, item in chain(linked, found):
            pages[_path(digest).rpartition("/")[2]].append((digest, item))
        return pages


def _path(digest: SourceKey) -> str:
    return folded_file_name(digest).removesuffix(".md")
