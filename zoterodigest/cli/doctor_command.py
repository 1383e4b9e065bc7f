"""The command `doctor`."""

from __future__ import annotations

import typer

from zoterodigest.cli.options import Address, AnyDigests, AsJson


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(doctor)


def doctor(
    digests: AnyDigests = None,
    address: Address = "",
    as_json: AsJson = False,
) -> None:
    """Look for what is wrong, and tell what mends it.

    Looks at the configuration, formats, digests and bibliographies, at lock file, state folder,
    packages and caches, at the library, its API key and its rights, at links and notes whose other
    end is gone, and at works that stand twice. What is broken stops no other check. Writes nothing
    in the project or the library.

    \b
    Examples:
      zoterodigest doctor
      zoterodigest doctor --json

    Exit code 1 means that something is wrong.
    """
    from zoterodigest.cli import doctor as run

    raise typer.Exit(run.show(digests or (), address, as_json=as_json))
