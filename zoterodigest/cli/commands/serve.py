"""The command that offers a library to other Zotero clients: serve."""

from __future__ import annotations

from typing import Annotated

import typer

from zoterodigest.cli.base.options import Address

DEFAULT_PORT = 23120
"""Beside that of the running Zotero."""


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(serve)


def serve(
    address: Address = "",
    port: Annotated[
        int, typer.Option(metavar="N", min=0, max=65535, help="The port; 0 chooses a free one.")
    ] = DEFAULT_PORT,
    users: Annotated[
        list[str] | None,
        typer.Option(
            "--user",
            metavar="ID[=ADDRESS]",
            help="Serve it as the library of this user. Repeatable.",
            show_default="those of ZOTERODIGEST_SERVE_KEYS, else 1",
        ),
    ] = None,
    groups: Annotated[
        list[str] | None,
        typer.Option(
            "--group",
            metavar="ID[=ADDRESS]",
            help="Serve it as the library of this group, open to every user. Repeatable.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Serve a library to other Zotero clients.

    serve speaks Zotero's Web API v3, on this computer only. pyzotero and other clients of
    zotero.org can then use the trial library. Press Ctrl-C to end it. All users and groups share
    one library, unless you give one its own ADDRESS.

    Each user has an API key, from ZOTERODIGEST_SERVE_KEYS=ID:KEY,... or from the keyring. At a
    terminal, serve asks for it. A key is never an argument: others could read it there.

    \b
    Examples:
      zoterodigest serve
      zoterodigest serve --library embedded:papers.sqlite --port 8080
      zoterodigest serve --user 1 --user 2=embedded:other.sqlite --group 7
    """
    from zoterodigest.cli.commands import serve_run

    serve_run.serve(address, port, users or (), groups or ())
