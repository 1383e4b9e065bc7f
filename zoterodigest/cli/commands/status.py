"""The command `status`: what is in sync, what is pending, what needs a person."""

from __future__ import annotations

from zoterodigest.cli.base.options import CONFLICTING, PENDING, Invocation, command, flag
from zoterodigest.cli.base.project_context import opened_context
from zoterodigest.cli.base.screen import emit, wrapped
from zoterodigest.cli.base.stamps import Recorder
from zoterodigest.cli.base.talk import busy
from zoterodigest.cli.show.closing import closing_text, exit_code
from zoterodigest.cli.show.encoder import emit_json
from zoterodigest.cli.show.history_text import unfinished_text
from zoterodigest.cli.show.plan_data import plan_data
from zoterodigest.cli.show.plan_text import status_text
from zoterodigest.core.plan.history import killed_undos
from zoterodigest.project.log.history import history_folder, read_history
from zoterodigest.sync.gathering.intent import SYNC
from zoterodigest.sync.run.quiet_run import prepare_run
from zoterodigest.sync.run.run import Options


@command("files is_check is_all address format_name as_json")
def status(
    asked: Invocation,
    is_check: bool = flag(
        "--check", "Exit with 4 if changes are pending, 3 if there are conflicts."
    ),
    is_all: bool = flag("--all", "Also list reports that you acknowledged."),
) -> int:
    """Show what is in sync and what is not.

    status first lists what needs you, with the command that settles it: conflicts, held files,
    ambiguous entries, entries that it can't read, trashed items. Then it lists the pending changes
    on each side. It only counts reports that you acknowledged (`zoterodigest resolve ID
    --acknowledge`). It changes nothing.

    \b
    Examples:
      zoterodigest status
      zoterodigest status --all
      zoterodigest status papers.md --check
    """
    with opened_context(asked) as place:
        recorder = Recorder(place, writes=False)
        with busy("Reading digests and library"):
            prepared = prepare_run(place.workspace, Options(SYNC))
        # An undo that was killed is in the log alone: the plan does not show it.
        runs = read_history(history_folder(place.workspace.project.state_folder)).runs
        undos = len(killed_undos(runs))
        if asked.as_json:
            emit_json(plan_data(prepared, place))
        else:
            emit(status_text(prepared, place, unfinished_text(runs), is_all=is_all))
            emit(["", *wrapped(closing_text(prepared, is_status=True, undos=undos))])
        code = exit_code(prepared)
        # A conflict keeps its own exit code, whether changes are pending or not.
        is_pending = is_check and code != CONFLICTING and not prepared.is_settled
        recorder.keep(prepared, code)
    return PENDING if is_pending else code
