"""The options that several commands have, and how a command declares and gets its options."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import MISSING, Field, field, fields, is_dataclass
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Any, cast, get_args, get_origin, get_type_hints

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from zoterodigest.frozen import dataclass

# `zoterodigest --help` names these numbers, and scripts compare with them.
FINE, FAILED, CONFLICTING, PENDING, AMBIGUOUS = 0, 1, 3, 4, 6
"""The exit codes of runs that came to their end; an error has its own."""


def option(names: str, help: str, default: Any = "", *, shown: Any = False, **more: Any) -> Any:
    """Declare an option with these names, and after them what help calls its value.

    `shown` is what help names as its default, True for `default` itself. `more` is typer's.
    """
    flags = [word for word in names.split() if word.startswith("-")]
    metavar = names.removeprefix(" ".join(flags)).strip() or None
    more |= {"metavar": metavar, "help": help, "show_default": shown}
    return _declared(typer.Option, default, *flags, **more)


def flag(names: str, help: str) -> Any:
    """Declare an option that is True if a person gives it."""
    return option(names, help, False)


def argument(metavar: str, default: Any = ..., **more: Any) -> Any:
    """Declare an argument, which a person must give if it has no default.

    Without a `help` only the usage line shows it: the text of the command says what it means.
    """
    more |= {"metavar": metavar, "hidden": "help" not in more, "show_default": False}
    return _declared(typer.Argument, default, **more)


def _declared(read: Callable[..., Any], default: Any, *flags: str, **more: Any) -> Any:
    # click refuses a default for an argument that takes any number of values.
    read_by_typer = read(None if default == () else default, *flags, **more)
    return field(default=MISSING if default is ... else default, metadata={"typer": read_by_typer})


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """What a person typed of the options that several commands have."""

    files: Sequence[Path] = argument("DIGEST", ())
    address: str = option(
        "--library ADDRESS",
        "The library: embedded:PATH, user:ID, group:ID, desktop or https://HOST/users/ID.",
        shown="the project's, else .zoterodigest/library.sqlite",
        envvar="ZOTERODIGEST_LIBRARY",
    )
    format_name: str = option(
        "--format NAME|FILE.toml",
        "Use only this format: a name from `zoterodigest formats list`, or a format file.",
    )
    is_dry_run: bool = flag("--dry-run -n", "Show the plan, change nothing.")
    waits: bool = flag("--wait", "Wait while another run is at work.")
    is_agreed: bool = flag("--yes -y", "Answer every question with yes.")
    is_offline: bool = flag("--offline", "Don't look anything up.")
    with_stats: bool = flag("--stats", "Show how many requests the run made.")
    with_diff: bool = flag("--diff", "Show every change word by word, in a pager if it is long.")
    as_json: bool = flag("--json", "Print JSON.")
    is_brief: bool = flag("--brief", "Print one line: what came of it.")
    is_quiet: bool = flag("--quiet -q", "Print that line only if the exit code isn't 0.")
    max_changes: int | None = option(
        "--max-changes N",
        "Allow one field to change in up to N entries.",
        None,
        shown="25, or a tenth of the entries",
        min=0,
    )


def command(options: str, **settings: Any) -> Callable[[Callable[..., int | None]], TyperCommand]:
    """Make a function the command of its name with these options, in the order of its help.

    Each option is declared as the default of a parameter, or of a field of a parameter that is a
    dataclass. A field that `options` does not name keeps its default. `settings` are typer's.
    """

    def made(body: Callable[..., int | None]) -> TyperCommand:
        hints = get_type_hints(body)
        values: dict[str, Any] = {name: kind for name, kind in hints.items() if is_dataclass(kind)}
        declared = {name: one.default for name, one in signature(body).parameters.items()}
        for kind in values.values():
            hints |= get_type_hints(kind)
            declared |= {one.name: one for one in fields(kind)}

        @wraps(body)
        def called(**given: Any) -> int | None:
            given = {name: _typed(value, declared[name]) for name, value in given.items()}
            # What the dataclasses don't take is left for the function itself.
            for name, kind in values.items():
                mine = [one.name for one in fields(kind) if one.name in given]
                given[name] = kind(**{one: given.pop(one) for one in mine})
            return body(**given)

        read = [_parameter(name, declared[name], hints[name]) for name in options.split()]
        called.__signature__ = Signature(read)  # type: ignore[attr-defined]  # for typer
        # typer would prefer them to those in the signature.
        called.__annotations__ = {}
        app = typer.Typer(rich_markup_mode=None, add_completion=False)
        app.command(**settings)(called)
        return cast(TyperCommand, get_command(app))

    return made


def group(help: str, *commands: TyperCommand) -> TyperGroup:
    """Return the command that only has these commands."""
    return _WholeHelpGroup(
        help=help, commands=commands, no_args_is_help=True, rich_markup_mode=None
    )


_WHOLE = 1_000
"""As many letters as no first sentence of a help has."""


class _WholeHelpGroup(TyperGroup):
    """Commands that the help lists with the whole first sentence of each."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        listed = [(one.name, one.get_short_help_str(_WHOLE)) for one in self.commands.values()]
        with formatter.section("Commands"):
            formatter.write_dl(listed)


def _parameter(name: str, declared: Field[Any], kind: Any) -> Parameter:
    """Return an option as typer reads it from a signature."""
    if get_origin(kind) is Sequence:  # typer knows lists only
        kind = list[get_args(kind)]  # type: ignore[misc]
    read = declared.metadata["typer"]
    return Parameter(name, Parameter.KEYWORD_ONLY, default=read, annotation=kind)


def _typed(value: Any, declared: Field[Any]) -> Any:
    """Return what a person typed; typer gives None for an option that nobody typed."""
    if value is None:
        return declared.default
    return tuple(value) if isinstance(value, list) else value
