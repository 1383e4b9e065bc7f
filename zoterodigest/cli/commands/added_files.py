"""What `add` does in a vault: shows the new files, asks, makes them."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from itertools import chain

from zoterodigest.cli.base.options import FAILED, FINE, Invocation
from zoterodigest.cli.base.screen import counted, enumerated, tell_failure, visible, wrapped
from zoterodigest.cli.base.talk import emit_unless_json, require_consent
from zoterodigest.cli.show.additions import (
    added_data,
    added_text,
    not_added_data,
    tell_not_added,
    unshown_text,
)
from zoterodigest.cli.show.closing import planned_line
from zoterodigest.cli.show.encoder import emit_result
from zoterodigest.sync.new_papers.new_files import NewFiles, VaultGoal, write_files


def add_files(asked: Invocation, vault: VaultGoal, files: NewFiles) -> int:
    """Show the files that papers get, ask if that is needed, write them; return the exit code."""
    is_pushed = vault.goal.is_pushed
    texts = ((added_text(one), unshown_text(one, is_pushed=is_pushed)) for one in files.made)
    emit_unless_json(asked, chain.from_iterable(chain.from_iterable(texts)))
    unwritten: Collection[str] = ()
    if files.made and not asked.is_dry_run:
        is_lossy = not is_pushed and any(one.pending for one in files.made)
        is_needed = is_lossy or (sys.stdin.isatty() and not asked.as_json)
        require_consent(f"Write {_files(files)}?", asked, is_needed=is_needed)
        failures = write_files(vault, files)
        unwritten = failures.keys()
        for key, error in failures.items():
            tell_failure(key, str(error))
    written = [one for one in files.made if one.digest.key not in unwritten]
    data = {
        "digest": vault.folder or ".",
        "written": bool(written) and not asked.is_dry_run,
        "added": [entry for one in written for entry in added_data(one)],
        **not_added_data(files.doubled, files.failed),
    }
    done = NewFiles(tuple(written), files.doubled, files.failed)
    emit_result(_done(done, vault, asked), data, as_json=asked.as_json)
    tell_not_added(files.doubled, files.failed)
    return FAILED if files.doubled or files.failed or unwritten else FINE


def _done(files: NewFiles, vault: VaultGoal, asked: Invocation) -> Iterator[str]:
    if not files.made:
        yield f"Nothing was added to {visible(vault.folder or 'the vault')}."
    elif asked.is_dry_run:
        yield from wrapped(planned_line(f"{_files(files)} written"))
    else:
        names = enumerated([visible(one.digest.key) for one in files.made])
        yield f"Done: {_files(files)} written: {names}."
        them = "it" if len(files.made) == 1 else "them"
        yield f"Next: `zoterodigest sync` brings {them} into the library."


def _files(files: NewFiles) -> str:
    return counted(len(files.made), "file")
