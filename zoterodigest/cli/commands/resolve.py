"""The command `resolve`."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import typer

from zoterodigest.cli.base.invocation import Invocation
from zoterodigest.cli.base.options import Address, AsJson, DryRun, Yes


class Keep(Enum):
    """The side to keep."""

    MARKDOWN = "markdown"
    ZOTERO = "zotero"
    BIB = "bib"


_Id = Annotated[str, typer.Argument(metavar="ID", hidden=True, show_default=False)]
_Keep = Annotated[Keep | None, typer.Option("--keep", help="The side to keep.", show_default=False)]
_Edit = Annotated[
    bool, typer.Option("--edit", help="Write the value for both sides in $VISUAL or $EDITOR.")
]
_Field = Annotated[
    str, typer.Option("--field", metavar="NAME", help="Only this field.", show_default=False)
]
_All = Annotated[bool, typer.Option("--all", help="Every conflict, with --keep.")]
_Apart = Annotated[bool, typer.Option("--apart", "-a", help="Also decide diverged fields.")]
_Acknowledge = Annotated[
    bool,
    typer.Option("--acknowledge", help="Accept a report of `status` until its values change."),
]
_Forget = Annotated[
    bool, typer.Option("--forget", help="Report in `status` again what you acknowledged.")
]


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(epilog="Next: `zoterodigest status` shows what is left.")(resolve)


def resolve(
    wanted: _Id = "",
    keep: _Keep = None,
    is_edit: _Edit = False,
    field: _Field = "",
    is_all: _All = False,
    with_apart: _Apart = False,
    is_acknowledged: _Acknowledge = False,
    is_forgotten: _Forget = False,
    is_dry_run: DryRun = False,
    is_agreed: Yes = False,
    address: Address = "",
    as_json: AsJson = False,
) -> None:
    """Decide fields that were edited on both sides.

    At a terminal, resolve shows one conflict after the other and asks. With ID it decides only
    that one: both sides get the value of the digest (--keep markdown), of the bibliography (--keep
    bib) or of the library (--keep zotero), or what you write (--edit). `zoterodigest conflicts`
    lists the IDs. With --all, `--keep markdown` decides the conflicts of digests, `--keep bib`
    those of bibliographies, and `--keep zotero` both.

    \b
    Examples:
      zoterodigest resolve
      zoterodigest resolve k3fq --keep zotero
      zoterodigest resolve k3fq --field title --edit
      zoterodigest resolve --all --keep markdown --field summary
      zoterodigest resolve k3fq --acknowledge

    --acknowledge changes neither side. From then on `status` only counts the report with this ID,
    until one of its values changes. With --all it acknowledges every report. The lock file stores
    this, so it holds for everybody with this repository. --forget reverts it.

    To use a merge tool, name it in zoterodigest.toml below [sync]: merge_tool = ["vimdiff"].
    """
    from zoterodigest.cli.commands import resolve_run
    from zoterodigest.core.plan.terms import End

    asked = Invocation(address=address, is_dry_run=is_dry_run, is_agreed=is_agreed, as_json=as_json)
    if is_acknowledged or is_forgotten:
        from zoterodigest.cli.commands import acknowledging

        if keep or is_edit or (is_acknowledged and is_forgotten):
            acknowledging.refuse_two_wishes()
        reports = acknowledging.AcknowledgeOptions(wanted, field, is_all, is_forgotten)
        raise typer.Exit(acknowledging.acknowledge_or_forget(reports, asked))
    end = None if keep is None else End(keep.value)
    wish = resolve_run.ResolveOptions(wanted, field, end, is_edit, is_all, with_apart)
    raise typer.Exit(resolve_run.resolve(wish, asked))
