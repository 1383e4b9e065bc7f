"""The command `stats`."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from zoterodigest.cli.base.options import Invocation, argument, command, option
from zoterodigest.cli.base.projects import near, open_everything
from zoterodigest.cli.base.screen import tell_note, visible
from zoterodigest.cli.base.talk import busy, emit_unless_json
from zoterodigest.cli.show.encoder import emit_result
from zoterodigest.cli.show.stats_text import stats_data, stats_text
from zoterodigest.errors import ZoterodigestError
from zoterodigest.project.files import read_if_present, replace_file
from zoterodigest.sync.items.stats import PaperStats, stats_of


class NoPlots(ZoterodigestError):
    """The library that draws is not installed."""

    exit_code = 10


class NotAStatsPage(ZoterodigestError):
    """A page would replace a file that is something else."""

    exit_code = 2


@command("paths address format_name html as_json")
def stats(
    asked: Invocation,
    paths: Sequence[Path] = argument("DIGEST", ()),
    html: str = option("--html FILE", "Write a web page with plots into FILE."),
) -> None:
    """Count papers by year, venue, task, digest and week.

    stats counts the items of the library and the entries of digests: those of DIGEST, else those of
    the project. It also counts fields that are empty, and lists the papers that your documents cite
    and that nothing marks as read: no tag mark:read, no checked box. Your documents are those that
    `cited` names in zoterodigest.toml.

    With --html it writes one page with plots, which loads nothing from the network. It needs
    matplotlib: pip install "zoterodigest[stats]". It replaces only a page that stats wrote.

    \b
    Examples:
      zoterodigest stats
      zoterodigest stats daily/*.md --json
      zoterodigest stats --html stats.html
    """
    if html:
        present = _replaceable(Path(html))
    workspace = open_everything(paths, asked)
    with workspace.library, busy("Reading digests and library"):
        found = stats_of(workspace)
    for problem in found.cited.problems:
        tell_note(problem)
    if html:
        _write_page(Path(html), found, present)
        emit_unless_json(asked, [f"Wrote {visible(str(near(Path(html))))}."])
    if asked.as_json or not html:
        emit_result(asked, stats_text(found), stats_data(found))


def _replaceable(path: Path) -> bytes | None:
    """Return what stands at `path`, which must be a page of ours, None if nothing is there.

    Before anything is read: a refusal should not take minutes.
    """
    if not find_spec("matplotlib"):
        raise NoPlots(
            "--html needs matplotlib, which is not installed",
            'Install it: pip install "zoterodigest[stats]".',
        )
    from zoterodigest.cli.show.stats_page import is_stats_page

    present = read_if_present(path)
    if present is not None and not is_stats_page(present):
        raise NotAStatsPage(
            f"{near(path)} is there already, and `stats` did not write it", "Give another name."
        )
    return present


def _write_page(path: Path, found: PaperStats, present: bytes | None) -> None:
    from zoterodigest.cli.show.stats_page import stats_page

    page = stats_page(found).encode("utf-8")
    # The same counts are the same page: then its time stays, too.
    if page != present:
        replace_file(path, page, present)
