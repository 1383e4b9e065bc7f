"""The command `review`: plans, conflicts and held files on a page in the browser."""

from __future__ import annotations

import secrets
import sys
import webbrowser
from contextlib import closing, suppress
from dataclasses import replace

from zoterodigest.cli.base.options import Invocation, command, flag, option
from zoterodigest.cli.base.project_context import ProjectContext
from zoterodigest.cli.base.screen import emit
from zoterodigest.cli.commands.runs import planned_with_lookups
from zoterodigest.cli.commands.serve import bound, report_bug
from zoterodigest.cli.review.admission import Admission
from zoterodigest.cli.review.desk import Desk
from zoterodigest.cli.review.site import Site, listening
from zoterodigest.sync.run.run import Options, Prepared


@command("files port no_browser address", epilog="Next: `zoterodigest log` lists what was written.")
def review(
    asked: Invocation,
    port: int = option(
        "--port N", "The port; 0 chooses a free one.", 0, shown=True, min=0, max=65535
    ),
    no_browser: bool = flag("--no-browser", "Only print the link; it works once."),
) -> None:
    """Look at the plan and decide conflicts in the browser.

    review shows a page of this computer alone: what a sync writes, fields that were edited on both
    sides or that diverged, held files, and what else needs you. Markdown, Zotero and .bib stand
    side by side, with the words that differ. You choose, see what will be written, write it, and
    can undo it. The page does what `sync --offline`, `resolve`, `sync FILE --accept` and `undo` do.

    The link works once. Nothing on the page leaves this computer. Press Ctrl-C to end it.

    \b
    Examples:
      zoterodigest review
      zoterodigest review papers.md
      zoterodigest review --no-browser --port 8080
    """
    desk, admission = desk_of(asked), Admission(lambda: secrets.token_urlsafe(24))
    # What is wrong with the project is said here, where a person can be asked about it.
    site = Site(desk, admission, desk.overview())
    with (
        closing(site),
        bound(lambda: listening(site, admission, port, report_bug), port) as server,
    ):
        link = f"{server.url}{admission.entrance}"
        emit(["Review is open at this link, which works once (Ctrl-C ends it):", link])
        if not no_browser and sys.stdout.isatty():
            webbrowser.open(link)
        # Ctrl-C is how a person ends the page, so it is no error.
        with suppress(KeyboardInterrupt):
            server.serve_forever()
        site.finish(emit)


def desk_of(asked: Invocation) -> Desk:
    """Return a desk whose plans are those of `sync --offline`: a page must not wait for arXiv."""
    asked = replace(asked, is_offline=True)

    def planned(place: ProjectContext, options: Options) -> Prepared:
        prepared, _ = planned_with_lookups(place, asked, options)
        return prepared

    return Desk(asked, planned, lambda: secrets.token_urlsafe(6))
