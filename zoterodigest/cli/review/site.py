"""The site: a request goes in, a page comes out. The desk makes plans, the templates show them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from contextvars import copy_context
from dataclasses import replace
from functools import cache, partial
from importlib.resources import files
from threading import Lock
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from zoterodigest.cli.base.screen import from_here, set_width
from zoterodigest.cli.base.talk import failure_lines
from zoterodigest.cli.review.admission import Admission, guarded, refused
from zoterodigest.cli.review.cards import (
    change_groups,
    decision_card,
    entry_cards,
    without_colors,
)
from zoterodigest.cli.review.desk import (
    LEAVE,
    Decisions,
    Desk,
    Kept,
    Outdated,
    Overview,
    ReviewResult,
    Undo,
    exports_shown,
)
from zoterodigest.cli.review.ongoing_write import OngoingWrite
from zoterodigest.cli.show.closing import planned_amounts
from zoterodigest.cli.show.history_text import moment_text, standing, what_text
from zoterodigest.cli.show.plan_text import concern_of, plan_text
from zoterodigest.core.plan.history import killed_undos, undone_by
from zoterodigest.errors import Stopped, ZoterodigestError
from zoterodigest.library.server import Connection, Listener
from zoterodigest.library.server.messages import Rejected, Request, Response
from zoterodigest.project.log.history import history_folder, read_history
from zoterodigest.sync.run.failures import TooMuch, foreseen

ENTRIES, CHANGES, REPORTS, RUNS = 20, 50, 100, 30
"""How many entries, changes, reports of one kind and runs stand on one page."""

PATIENCE = 1.0
"""Seconds that a page waits for a write to end, before it shows how far the write is."""

COLUMNS = 1_000
"""Letters to which texts of the terminal are cut: a browser breaks lines by itself."""


class Site:
    """Answers the requests of the one browser that may ask, one after the other."""

    def __init__(self, desk: Desk, admission: Admission, first: str = "") -> None:
        """Show first the plan `first` of the desk, if there is one."""
        self._desk = desk
        self._first = first
        self._admission = admission
        self._lock = Lock()
        self._writing: OngoingWrite | None = None
        self._result = ""
        # What the person allowed this run holds in this thread alone, and requests have theirs.
        self._context = copy_context()
        self._context.run(set_width, COLUMNS)

    def answer(self, request: Request) -> Response:
        """Return the answer to a request; an error of a run is a page, too."""
        with self._lock:
            return self._context.run(self._answered, request)

    def finish(self, tell: Callable[[Sequence[str]], object]) -> None:
        """Wait for what is being written, and tell what came of it; Ctrl-C stops it.

        Raises `Stopped` then, and what the write raised.
        """
        writing = self._writing
        if writing is None:
            return
        try:
            if writing.name(0) is None:
                tell(["What has begun is written to its end. Press Ctrl-C again to stop it."])
            name = writing.name()
        except KeyboardInterrupt:
            writing.stop()
            name = writing.name()
        kept = self._desk.shown(name or "")
        tell([kept.sentence] if isinstance(kept, ReviewResult) else [])

    def close(self) -> None:
        """Close every library that is open, once no request and no write needs it."""
        with self._lock:
            if self._writing:
                with suppress(Exception):  # `finish` tells it
                    self._writing.name()
            self._desk.close()

    def _answered(self, request: Request) -> Response:
        try:
            self._admission.admit(request)
            return guarded(self._admission.entered(request) or self._page(request))
        except Rejected as rejected:
            return refused(rejected)
        except ZoterodigestError as error:
            return guarded(
                self._problem(
                    from_here(str(error)),
                    # On the page nobody runs a command: its button reads again.
                    error.hint.replace("Run the command again", "Read everything again"),
                    is_old=isinstance(error, Outdated),
                )
            )
        except Stopped as stop:
            return guarded(self._problem(str(stop).rstrip("."), "", is_old=False))
        except OSError as error:  # a file that may not be read; to the listener it were the client
            return guarded(self._problem(f"{error.filename}: {error.strerror}", "", is_old=False))

    def _page(self, request: Request) -> Response:
        path = request.segments[1:]
        if path == ("style.css",):
            return Response(200, {"Content-Type": "text/css; charset=utf-8"}, _style())
        # The desk is of the write alone until that has ended, whatever a browser asks for.
        if self._writing:
            return self._followed(self._writing)
        if request.method == "POST":
            return self._sent(path, self._admission.form(request))
        match path:
            case ("writing",) if self._result:
                return self._to(self._result)
            case () | ("writing",):
                name, self._first = self._first, ""
                return self._to(name or self._desk.overview())
            case ("at", name, *rest):
                return self._at(
                    name, self._desk.shown(name), rest, _number(request.parameter("page", "1"))
                )
            case _:
                raise Rejected(404, "Nothing is here.")

    def _sent(self, path: Sequence[str], form: Mapping[str, str]) -> Response:
        """Do what a form asks for, and send the browser to what came of it.

        So a page that is read again does not write again.
        """
        match path:
            case ("at", name, "decide") if "turn" in form:
                self._desk.chose(name, form)
                turned = f"{name}/decide?page={_number(form['turn'])}"
                return Response(303, {"Location": f"/{self._admission.folder}/at/{turned}"})
            case ("at", name, "write"):
                self._writing = OngoingWrite(partial(self._desk.written, name))
                return self._followed(self._writing)
            case _:
                return self._to(self._done(path, form))

    def _followed(self, writing: OngoingWrite) -> Response:
        """Return how far a write is, or what came of it, which is shown by its own address."""
        try:
            name = writing.name(PATIENCE)
        except Exception:
            self._writing = None
            raise
        if name is not None:
            self._writing, self._result = None, name
            return self._to(name)
        done, total = writing.reached
        shown = self._shown("", "writing", done=done, total=total)
        # No script: the browser itself asks again after a second.
        address = f"/{self._admission.folder}/writing"
        return replace(shown, headers={**shown.headers, "Refresh": f"1; url={address}"})

    def _to(self, name: str) -> Response:
        """Send the browser to a plan or a result: to what is open, else to what changes."""
        kept = self._desk.shown(name)
        tab = "/changes" if isinstance(kept, Overview) and not kept.fields else ""
        return Response(303, {"Location": f"/{self._admission.folder}/at/{name}{tab}"})

    def _done(self, path: Sequence[str], form: Mapping[str, str]) -> str:
        """Do what a form asks for; return the name of what came of it."""
        match path:
            case ("at", name, "decide"):
                return self._desk.decided(name, form)
            case ("accept",):
                return self._desk.accepted(form.get("file", ""))
            case ("undo",) if form.get("run", "").isascii() and form.get("run", "").isdigit():
                return self._desk.undo(int(form["run"][:9]))
            case ("acknowledge" | "forget" as verb,):
                id, field = form.get("id", ""), form.get("field", "")
                return self._desk.acknowledged(id, field, is_forgotten=verb == "forget")
            case _:
                raise Rejected(404, "Nothing is here.")

    def _at(self, name: str, kept: Kept, rest: Sequence[str], page: int) -> Response:
        match kept, rest:
            case Overview(), ([] | ["decide"]):
                return self._open_fields(name, kept, page)
            case Overview(), ["held" | "reports" as which]:
                groups = kept.held if which == "held" else kept.reports
                return self._shown(name, "reports", kept, which=which, groups=groups, most=REPORTS)
            case Overview(), ["changes"]:
                return self._changes(name, kept, page)
            case Overview(), ["runs"]:
                return self._runs(name, kept)
            case Decisions(resolving), []:
                cards = [decision_card(one) for one in resolving.decisions]
                left = [(decision_card(one), reason) for one, reason in resolving.left]
                amounts = planned_amounts(resolving.prepared)
                return self._shown(name, "decisions", cards=cards, left=left, amounts=amounts)
            case Undo(undoing, _, lines), []:
                declined = [(one.title, one.reason) for one in undoing.declined]
                return self._shown(
                    name, "undo", lines=lines, declined=declined, number=undoing.run.number
                )
            case ReviewResult(), []:
                self._desk.result_seen()
                return self._shown(name, "done", done=kept)
            case _:
                raise Rejected(404, "Nothing is here.")

    def _open_fields(self, name: str, overview: Overview, page: int) -> Response:
        cards = entry_cards(overview.prepared, overview.fields)
        shown, pages = _slice(page, len(cards), ENTRIES)
        here = {field.number for card in cards[shown] for field in card.fields}
        chosen = overview.chosen
        elsewhere = sum(one != LEAVE for at, (one, _) in chosen.items() if at not in here)
        return self._shown(
            name,
            "open",
            overview,
            cards=cards[shown],
            chosen=chosen,
            elsewhere=elsewhere,
            page=page,
            pages=pages,
        )

    def _changes(self, name: str, overview: Overview, page: int) -> Response:
        prepared, found = overview.prepared, overview.changes
        shown, pages = _slice(page, len(found), CHANGES)
        return self._shown(
            name,
            "changes",
            overview,
            groups=change_groups(found, shown.start, shown.stop),
            page=page,
            pages=pages,
            is_settled=prepared.is_settled,
            amounts=planned_amounts(prepared),
            concern=concern_of(prepared).what,
            why_not=str(TooMuch(prepared.stop)) if prepared.stop else "",
            failures=list(failure_lines(foreseen(prepared))),
            exports=exports_shown(prepared),
            whole=without_colors(plan_text(prepared, overview.place)),
        )

    def _runs(self, name: str, overview: Overview) -> Response:
        folder = history_folder(overview.place.workspace.project.state_folder)
        runs = read_history(folder).runs
        undone, killed = undone_by(runs), killed_undos(runs)
        rows = [
            (run, moment_text(run), what_text(run), "; ".join(standing(run, undone, killed, runs)))
            for run in runs[: -RUNS - 1 : -1]
        ]
        return self._shown(name, "runs", overview, rows=rows, undone=undone)

    def _shown(
        self, name: str, template: str, overview: Overview | None = None, **values: Any
    ) -> Response:
        base = f"/{self._admission.folder}"
        tabs = _tabs(overview) if overview else ()
        if overview:
            about = {"closing": overview.closing, "address": overview.place.address}
            values |= about | {"file": overview.file}
        common = {"base": base, "name": name, "word": self._admission.form_word, "tabs": tabs}
        return _html(template, common | values)

    def _problem(self, sentence: str, hint: str, *, is_old: bool) -> Response:
        # The name of a file at the beginning keeps its letters.
        is_word = sentence.partition(" ")[0].isalpha()
        shown = sentence[:1].upper() + sentence[1:] if is_word else sentence
        values = {"sentence": shown, "hint": hint, "is_old": is_old}
        common = {"base": f"/{self._admission.folder}", "tabs": ()}
        return _html("problem", common | values, status=409)


def _tabs(overview: Overview) -> Sequence[tuple[str, str, int]]:
    """Return the pages of an overview: path, name, and how much is on each."""
    held, others = (
        sum(len(group.reports) for group in groups) for groups in (overview.held, overview.reports)
    )
    return (
        ("decide", "To decide", len(overview.fields)),
        ("held", "Held files", held),
        ("reports", "Reports", others),
        ("changes", "Changes", len(overview.changes)),
        ("runs", "Runs", -1),
    )


def _number(text: str) -> int:
    return max(int(text[:6]), 1) if text.isascii() and text.isdigit() else 1


def _slice(page: int, number: int, each: int) -> tuple[slice, int]:
    """Return what of `number` things stands on a page, and how many pages there are."""
    pages = max(-(-number // each), 1)
    start = (min(page, pages) - 1) * each
    return slice(start, min(start + each, number)), pages


# --- templates -----------------------------------------------------------------------------------


def _html(template: str, values: Mapping[str, Any], *, status: int = 200) -> Response:
    body = html_of(template, values).encode("utf-8", "replace")
    return Response(status, {"Content-Type": "text/html; charset=utf-8"}, body)


def html_of(template: str, values: Mapping[str, Any]) -> str:
    """Return a page; every text in `values` is escaped, unless it is `Markup`."""
    return str(_environment().get_template(f"{template}.html").render(values))


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("zoterodigest.cli.review"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["commands"] = with_commands
    return made


def with_commands(text: str) -> Markup:
    """Return a sentence as HTML, what stands between backquotes as code."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:  # one alone is a sign like any other
        return escape(text)
    return Markup().join(
        Markup("<code>{}</code>").format(piece) if at % 2 else escape(piece)
        for at, piece in enumerate(pieces)
    )


@cache
def _style() -> bytes:
    return files("zoterodigest.cli.review").joinpath("templates", "style.css").read_bytes()


def listening(
    site: Site, admission: Admission, port: int, report: Callable[[Exception], None]
) -> Listener:
    """Return a listener on loopback for one review; it has its port already."""
    admit = _admitted(admission)
    return Listener(port, site.answer, report, admit=admit, connection=_BrowserConnection)


class _BrowserConnection(Connection):
    """A connection that a browser opens again whenever it needs one."""

    # Seconds: connections that say nothing soon make room for others.
    timeout = 10


def _admitted(admission: Admission) -> Callable[[Request], None]:
    """Refuse who may not ask before the body is read, in the page's own manner."""

    def admit(request: Request) -> None:
        try:
            admission.admit(request)
        except Rejected as rejected:
            answer = refused(rejected)
            raise Rejected(rejected.status, rejected.sentence, answer.headers) from rejected

    return admit
