"""Details: what a bib entry says of a work that no digest shows, in an item's own fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zoterodigest.bibtex.facts.rules import bib_rules
from zoterodigest.bibtex.tex.names import read_names
from zoterodigest.library.item_json import Data, ItemJson
from zoterodigest.library.records.properties import names_in, with_extra, with_names
from zoterodigest.library.rules.schema import ItemType, item_types
from zoterodigest.regex import lazy_regex


def with_details(data: Data, details: Mapping[str, str]) -> dict[str, Any]:
    """Return the patch that gives the item `data` those of `details` that it lacks.

    Details go by the names of facts in bibtex.toml, and `editor` by names joined by "and". One that
    items of this type have no field for becomes a line of Extra, as Zotero's own import writes it:
    `tex.volume: 3`.
    """
    kind = item_types()[str(data["itemType"])]
    patch: dict[str, Any] = {}
    for name, text in details.items():
        home = _home(name, kind)
        present = ItemJson(data).text(home)
        if name == "editor" and "editor" in kind.creators:
            if not names_in(ItemJson(data).creators, "editor").people:
                editors = with_names((), read_names(text), "editor")
                patch["creators"] = [*data.get("creators", ()), *editors]
        elif name == "date" and not text.startswith(present):
            continue  # the year of the entry counts
        elif home and (not present or name == "date"):
            patch[home] = text
        elif not home:
            extra = str(patch.get("extra", data.get("extra", "")))
            patch["extra"] = with_extra(extra, f"tex.{name}", [text])
    return {name: value for name, value in patch.items() if value != data.get(name)}


def _home(fact: str, kind: ItemType) -> str:
    """Return the first field of an item type that states `fact`; empty if none does."""
    facts = bib_rules().facts.items()
    stating = sorted((rank, field) for field, (stated, rank) in facts if stated == fact)
    return next((field for _, field in stating if field in kind.fields), "")


FACTS: Mapping[str, str] = {
    "issue": "number",
    "school": "publisher",
    "institution": "publisher",
    "organization": "publisher",
    "address": "place",
    "location": "place",
}
"""The detail that a field of a bib entry tells; any other field has its own name as a detail."""

_NO_DETAILS = lazy_regex(
    r"abstract|eprint\w*|archiveprefix|primaryclass|ee|urls|pdf|file|owner|timestamp|bibsource"
    r"|biburl|bdsk-.*|date-(?:added|modified)|crossref|xref|xdata|ids|entryset|related.*|urldate"
    r"|citation-?key|added-at|interhash|intrahash|username|groups|internal-note|priority"
)


def details_of(others: Mapping[str, str]) -> dict[str, str]:
    """Return the details in the fields of a bib entry that no record has, by their names.

    What programs note for themselves, and what tells only of the file, is left out.
    """
    found: dict[str, str] = {}
    for name, text in others.items():
        is_corr = name == "volume" and text.startswith("abs/")  # DBLP's volume of an arXiv paper
        if text.strip() and not _NO_DETAILS.fullmatch(name) and not is_corr:
            found.setdefault(FACTS.get(name, name), " ".join(text.split()))
    return found
