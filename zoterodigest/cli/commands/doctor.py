"""The command `doctor`."""

from __future__ import annotations

import typer

from zoterodigest.cli.base.invocation import Invocation
from zoterodigest.cli.base.options import Address, AnyDigests, AsJson


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(doctor)


def doctor(
    digests: AnyDigests = None,
    address: Address = "",
    as_json: AsJson = False,
) -> None:
    """Find problems and the commands that fix them.

    doctor checks the configuration, formats, digests, bibliographies, lock file, state folder,
    packages, caches, the library, its API key, and all links and notes. It also looks for papers
    that appear twice. A check that fails doesn't stop the others. doctor changes nothing.

    \b
    Examples:
      zoterodigest doctor
      zoterodigest doctor --json

    The exit code is 1 if something is wrong.
    """
    from zoterodigest.cli.commands import doctor_run

    asked = Invocation(files=tuple(digests or ()), address=address, as_json=as_json)
    raise typer.Exit(doctor_run.show(asked))
