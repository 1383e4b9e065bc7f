"""The options that several commands have, declared once, and how a command gets its options."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, is_dataclass
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

import typer

# `zoterodigest --help` names these numbers, and scripts compare with them.
FINE, FAILED, CONFLICTING, PENDING, AMBIGUOUS = 0, 1, 3, 4, 6
"""The exit codes of runs that came to their end; an error has its own."""


def option(name: str, metavar: str, help: str, default: str | bool = False) -> Any:
    """Declare an option with a value; `default` says what holds without it, if help shows that."""
    return typer.Option(name, metavar=metavar, help=help, show_default=default)


def argument(metavar: str) -> Any:
    """Declare an argument that only the usage line shows: what it means is said in the text."""
    return typer.Argument(metavar=metavar, hidden=True, show_default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """What a person typed of the options that most commands have."""

    files: Annotated[Sequence[Path], argument("DIGEST")] = ()
    address: Annotated[
        str,
        typer.Option(
            "--library",
            metavar="ADDRESS",
            help="The library: embedded:PATH, user:ID, group:ID, desktop or https://HOST/users/ID.",
            envvar="ZOTERODIGEST_LIBRARY",
            show_default="the project's, else .zoterodigest/library.sqlite",
        ),
    ] = ""
    format_name: Annotated[
        str,
        option(
            "--format",
            "NAME|FILE.toml",
            "Use only this format: a name from `zoterodigest formats`, or a format file.",
        ),
    ] = ""
    is_dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Show the plan, change nothing.")
    ] = False
    is_agreed: Annotated[
        bool, typer.Option("--yes", "-y", help="Answer every question with yes.")
    ] = False
    is_offline: Annotated[bool, typer.Option("--offline", help="Don't look anything up.")] = False
    with_stats: Annotated[
        bool, typer.Option("--stats", help="Show how many requests the run made.")
    ] = False
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False


RunNumber = Annotated[
    int | None, typer.Argument(metavar="RUN", min=1, show_default=False, hidden=True)
]
MaxChanges = Annotated[
    int | None,
    typer.Option(
        "--max-changes",
        metavar="N",
        min=0,
        help="Allow one field to change in up to N entries.",
        show_default="25, or a tenth of the entries",
    ),
]

Body = TypeVar("Body", bound=Callable[..., int | None])


def command(app: typer.Typer, options: str, **settings: Any) -> Callable[[Body], Body]:
    """Add a function to `app` as a command with these options, in the order of its help.

    Each option is a parameter of the function, or a field of a parameter that is a dataclass. A
    field that `options` does not name keeps its default. `settings` are typer's.
    """

    def added(body: Body) -> Body:
        hints = get_type_hints(body)
        values: dict[str, Any] = {name: kind for name, kind in hints.items() if is_dataclass(kind)}
        declared: dict[str, Parameter] = {}
        for holder in (body, *values.values()):
            declared |= _parameters(holder)

        @wraps(body)
        def called(**given: Any) -> int | None:
            # typer gives None for a list that nobody typed: the field has its own default.
            given = {name: _frozen(value) for name, value in given.items() if value is not None}
            for name, kind in values.items():
                mine = given.keys() & signature(kind).parameters
                given[name] = kind(**{field: given.pop(field) for field in mine})
            return body(**given)

        read = Signature([declared[name] for name in options.split()])
        called.__signature__ = read  # type: ignore[attr-defined]  # typer reads the options there
        app.command(**settings)(called)
        return body

    return added


def _parameters(holder: Any) -> Iterator[tuple[str, Parameter]]:
    """Yield the parameters of a function or dataclass by name, as typer understands them."""
    hints = get_type_hints(holder, include_extras=True)
    for name, one in signature(holder).parameters.items():
        default = None if one.default == () else one.default
        kind = _typer_hint(hints[name])
        yield name, Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=kind)


def _typer_hint(hint: Any) -> Any:
    """Return `hint` with a list in place of a `Sequence`, which typer does not know."""
    kind, *declared = get_args(hint) or (hint,)
    if get_origin(kind) is not Sequence:
        return hint
    annotated: Any = Annotated
    return annotated[list[get_args(kind)] | None, *declared]  # type: ignore[misc]


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
