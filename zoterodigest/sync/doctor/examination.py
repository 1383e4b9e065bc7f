"""The examination: every check, in the order in which a person would mend what is found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from zoterodigest.library.records.contents import Contents
from zoterodigest.sync.doctor.checked_project import Check, CheckedProject, as_check, site_of
from zoterodigest.sync.doctor.files import (
    bib_findings,
    cache_findings,
    digest_findings,
    format_findings,
    lock_findings,
    package_findings,
    state_findings,
)
from zoterodigest.sync.doctor.links import duplicate_findings, link_findings, note_findings
from zoterodigest.sync.doctor.lock_checks import examine_library
from zoterodigest.sync.doctor.vaults import (
    ReadVaults,
    other_name_remarks,
    read_vaults,
    stale_key_findings,
    vault_findings,
    vault_remarks,
)
from zoterodigest.sync.gathering.workspace import Chosen


def examine(start: Path, given: Sequence[Path], chosen: Chosen) -> Iterator[Check]:
    """Yield what each check of the project of `given`, else of `start`, finds; write nothing.

    What is broken is a finding and stops no other check; what cannot be looked at for its sake is
    skipped, and says so.
    """
    site, configuration = site_of(start, given, chosen)
    yield configuration
    yield as_check("formats", format_findings(site), "Its digests cannot be read.")
    yield as_check("digests", digest_findings(site), "They cannot be synced.")
    vaults = read_vaults(site)
    if vaults:
        found = as_check("vaults", vault_findings(site, vaults), "They cannot be synced.")
        yield replace(found, remarks=tuple(vault_remarks(site, vaults)))
    yield as_check("bibliographies", bib_findings(site), "They cannot be written.")
    yield as_check("lock file", lock_findings(site), "No run begins as long as it cannot be read.")
    yield as_check("state folder", state_findings(site), "No run that writes begins.")
    yield as_check("packages", package_findings(), "Parts of zoterodigest may fail.")
    yield as_check("cache", cache_findings(site), "Each run asks for everything again.")
    holding = examine_library(site)
    yield holding.check
    if holding.contents is None:
        is_new = holding.check.is_well
        reason = "there is no library yet" if is_new else "the library cannot be looked at"
        yield from (Check(name, skipped=reason) for name in ("links", "notes", "duplicates"))
        return
    if site.project.journal_path.exists():
        # The lock file does not know yet what a stopped run wrote: all of that would be strange.
        reason = "a run was stopped before it ended; the same command goes on with it"
        yield from (Check(name, skipped=reason) for name in ("links", "notes"))
    else:
        yield _links(site, vaults, holding.contents)
        yield as_check("notes", note_findings(site, holding.contents), "")
    yield as_check("duplicates", duplicate_findings(holding.contents), "")


def _links(site: CheckedProject, vaults: ReadVaults | None, contents: Contents) -> Check:
    findings = link_findings(site, contents)
    if vaults is None:
        return as_check("links", findings, "")
    found = as_check("links", chain(findings, stale_key_findings(site, vaults, contents)), "")
    return replace(found, remarks=tuple(other_name_remarks(site, contents)))
