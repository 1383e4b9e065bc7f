"""A command imports what it uses: modules that take long to import stay out of the others."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli.conftest import Zoterodigest, a_digest

# Each folder or library with what it takes to import, in ms of 450 for all that `status` needs.
NETWORK = {
    "httpx2": "only a library over a network speaks HTTP",
    "pyzotero": "only a library over a network speaks HTTP",
    "zoterodigest.library.http": "only a library over a network speaks HTTP (40)",
    "zoterodigest.library.web": "the library is a file",
    "zoterodigest.library.desktop": "the library is a file",
    "keyring": "only a library over a network needs a key",
    "requests": "only a lookup asks a service",
    "zoterodigest.lookup": "only what creates items looks anything up (30)",
    "zoterodigest.sync.lookups.lookups": "only what creates items looks anything up",
}
BIBLIOGRAPHIES = {
    "pylatexenc": "only an export writes TeX",
    "zoterodigest.bibtex.tiles": "the project has no .bib (60 with the next four)",
    "zoterodigest.bibtex.edit": "the project has no .bib",
    "zoterodigest.bibtex.export": "the project has no .bib",
    "zoterodigest.bibtex.facts": "only an export states the facts of an item",
    "zoterodigest.bibtex.cited": "only an export asks what documents cite",
}
WRITING = {
    "zoterodigest.digest.write.rearrange": "nothing is written into a digest (20)",
    "zoterodigest.digest.write.new_entry": "nothing is written into a digest",
    "zoterodigest.sync.edits": "nothing is written into a digest",
    "zoterodigest.sync.removal": "nothing is removed",
    "zoterodigest.sync.gathering.writes_of_plan": "nothing is written into the library (15)",
    "zoterodigest.sync.undo": "nothing is undone",
    "zoterodigest.library.server": "nothing is served",
}
SCREEN = {"rich.console": "no word is broken, and there is no terminal to draw on (15)"}
LIBRARY = {
    "zoterodigest.library.embedded": "no library is read",
    "zoterodigest.library.records": "no library is read",
    "zoterodigest.notes.note": "notes belong to a library",
    "zoterodigest.sync": "nothing is planned (80)",
    "zoterodigest.core.plan": "nothing is planned",
    "zoterodigest.core.reconcile": "nothing is planned",
}
APPLYING = {"zoterodigest.sync.apply": "nothing is written (10)"}
RECONCILING = {
    "zoterodigest.core.reconcile": "nothing is planned",
    "zoterodigest.bibtex.edit": "the project has no .bib",
}
FILE_OF_ITEMS = {
    "zoterodigest.core.reconcile": "nothing is planned (80 with the rest)",
    "zoterodigest.sync.apply": "a new file is written",
    "zoterodigest.sync.exports": "the project has no .bib",
    "zoterodigest.digest.read.claimed": "no digest is read",
    "zoterodigest.digest.write": "nothing is written into a digest",
    "zoterodigest.notes": "no note is read",
    "markdown_it": "no note is read",
}
READING = {
    "re2": "what is known of a file is not read again (90 with the next two)",
    "zoterodigest.digest.read": "what is known of a file is not read again",
    "zoterodigest.digest.format.format": "what is known of a file is not read again",
    "zoterodigest.bibtex": "the file is no .bib",
}
ENGINE = {
    "re2": "what did not change is not read again (20 with the next two)",
    "zoterodigest.digest.read.claimed": "what did not change is not read again",
    "zoterodigest.digest.format.format": "what did not change is not read again",
}
SETTLED = {
    "zoterodigest.digest.write": "no entry is written (10)",
    "zoterodigest.bibtex": "no titles are compared (6)",
    "zoterodigest.sync.syncing.sync_run": "nothing is written",
}
NOTES = {"zoterodigest.notes": "no entry has a note (20)"}
NO_NOTES = {
    "zoterodigest.notes": "no note is written (50 with the next one)",
    "markdown_it": "no note is written",
}
HELP = {
    "sqlite3": "nothing is read",
    "pydantic": "nothing is read",
    "zoterodigest.core": "nothing is read",
    "zoterodigest.cli.commands": "each command stands in a list with its summary",
}

# In an order in which each command imports what those before it did: one process plays them all.
MAY_NOT_IMPORT: Mapping[str, Mapping[str, str]] = {
    "--version": NETWORK | BIBLIOGRAPHIES | WRITING | SCREEN | LIBRARY | HELP,
    "--help": NETWORK | BIBLIOGRAPHIES | WRITING | SCREEN | LIBRARY | HELP,
    "inspect known.md": NETWORK | BIBLIOGRAPHIES | WRITING | SCREEN | LIBRARY | READING,
    "inspect papers.md": NETWORK | BIBLIOGRAPHIES | WRITING | SCREEN | LIBRARY,
    "status settled/list.md": NETWORK | WRITING | SCREEN | APPLYING | NOTES | SETTLED,
    "status bare/list.md": NETWORK | BIBLIOGRAPHIES | WRITING | SCREEN | APPLYING | NOTES,
    "status papers.md": NETWORK | BIBLIOGRAPHIES | WRITING | SCREEN | APPLYING,
    "plan papers.md": NETWORK | BIBLIOGRAPHIES | WRITING | SCREEN,
    "sync papers.md": NETWORK | BIBLIOGRAPHIES | WRITING | SCREEN,
}
LISTING: Mapping[str, Mapping[str, str]] = {
    "ls": NETWORK | WRITING | SCREEN | RECONCILING,
    "status settled/list.md": NETWORK | WRITING | SCREEN | APPLYING | NOTES | SETTLED | ENGINE,
    "sync settled/list.md": NETWORK | WRITING | SCREEN | NOTES | ENGINE,
}
WRITING_ITEMS: Mapping[str, Mapping[str, str]] = {
    "push new/list.md --yes --offline": NETWORK | BIBLIOGRAPHIES | NO_NOTES,
}
EXPORTING: Mapping[str, Mapping[str, str]] = {
    "export --items items.json -o -": NETWORK | WRITING | SCREEN | FILE_OF_ITEMS,
}

_IMPORTED = """
import io, json, sys
from contextlib import redirect_stderr, redirect_stdout
from zoterodigest.cli.main import main
found = {}
for command in json.loads(sys.argv[1]):
    sys.argv = ["zoterodigest", *command.split()]
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        code = main()
    assert code == 0, command
    found[command] = sorted(sys.modules)
print(json.dumps(found))
"""


@pytest.mark.parametrize(
    "commands",
    [MAY_NOT_IMPORT, LISTING, WRITING_ITEMS, EXPORTING],
    ids=["status", "ls", "push", "export"],
)
def test_a_command_imports_only_what_it_uses(
    zoterodigest: Zoterodigest, tmp_path: Path, commands: Mapping[str, Mapping[str, str]]
) -> None:
    papers = a_digest(("Attention Is All You Need", "1706.03762"), ("Diffusion", "2006.11239"))
    (tmp_path / "papers.md").write_text(papers)
    assert zoterodigest("push", "papers.md", "--yes", "--offline").code == 0
    (tmp_path / "items.json").write_text('[{"itemType": "book", "title": "On Trees"}]')
    (tmp_path / "bare").mkdir()
    entry = "- **Attention Is All You Need** [[paper](https://arxiv.org/abs/1706.03762)]"
    (tmp_path / "bare" / "list.md").write_text(f"# List\n\n{entry}\n")
    assert zoterodigest("push", "bare/list.md", "--yes", "--offline").code == 0
    (tmp_path / "settled").mkdir()
    (tmp_path / "settled" / "list.md").write_text(f"# List\n\n{entry}\n")
    assert zoterodigest("push", "settled/list.md", "--yes", "--offline").code == 0
    assert zoterodigest("sync", "settled/list.md").code == 0
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "list.md").write_text(f"# List\n\n{entry}\n")
    (tmp_path / "known.md").write_text(papers)
    assert zoterodigest("inspect", "known.md").code == 0

    asked = [sys.executable, "-c", _IMPORTED, json.dumps(list(commands))]
    ran = subprocess.run(asked, capture_output=True, text=True, check=True, cwd=tmp_path)

    imported = json.loads(ran.stdout)
    found = {
        f"{command} imports {name}: {reason}"
        for command, names in commands.items()
        for name, reason in names.items()
        if any(module == name or module.startswith(f"{name}.") for module in imported[command])
    }
    assert found == set()
