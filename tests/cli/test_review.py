"""`review`: who may use its page, that no text breaks out of it, that it does what commands do."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from shutil import copytree
from threading import Event, Thread
from typing import Any
from urllib.parse import quote

import pytest
import requests
from hypothesis import example, given
from hypothesis import strategies as st

from tests.cli.conftest import Zoterodigest, a_digest, edited_item, in_library
from tests.cli.test_bibliographies import BESIDE_BIB, BESIDE_DIGEST, IN_BIB, IN_DIGEST
from tests.cli.test_bibliographies import contested as contested
from tests.cli.test_bibliographies import in_sync as in_sync
from tests.cli.test_bibliographies import project as project
from tests.cli.test_over_http import project as over_http  # noqa: F401
from tests.cli.test_push import ATTENTION, RESNET
from tests.cli.test_resolve import BY_ADA, BY_BEN, edit, listed, open_id
from tests.cli.test_resolve import digest as digest
from zoterodigest.cli.base.options import Invocation
from zoterodigest.cli.base.project_context import ProjectContext
from zoterodigest.cli.commands.review import desk_of
from zoterodigest.cli.commands.runs import planned_with_lookups
from zoterodigest.cli.review.admission import Admission
from zoterodigest.cli.review.cards import (
    ChangeCard,
    ChangeGroup,
    DecisionCard,
    EntryCard,
    FieldCard,
    ReportCard,
    ReportGroup,
    ShownEnd,
)
from zoterodigest.cli.review.desk import Desk, ReviewResult, Undo
from zoterodigest.cli.review.ongoing_write import OngoingWrite
from zoterodigest.cli.review.rendered_notes import html_of_note
from zoterodigest.cli.review.site import Site, html_of, listening, with_commands
from zoterodigest.cli.show.differences import ChangedWords, WordChange
from zoterodigest.core.values.record import Blocks
from zoterodigest.errors import Stopped
from zoterodigest.library.connect import connect
from zoterodigest.library.port import LibraryItem
from zoterodigest.library.server import answering
from zoterodigest.sync.apply.sending import Progress
from zoterodigest.sync.run.run import Options, Prepared


@dataclass
class Page:
    """The page of a review as a browser has it: its addresses, its cookie, the forms it read."""

    entrance: str
    session: requests.Session = field(default_factory=requests.Session)
    base: str = ""
    text: str = ""
    url: str = ""

    def enter(self) -> None:
        self._keep(self.session.get(self.entrance, timeout=20))
        self.base = self.url.partition("/at/")[0]

    def get(self, path: str = "") -> str:
        self._keep(self.session.get(f"{self.base}/{path}", timeout=20))
        return self.text

    def tab(self, name: str) -> str:
        self._keep(self.session.get(f"{self.url.rpartition('/at/')[0]}/at/{self.name}/{name}"))
        return self.text

    @property
    def name(self) -> str:
        return self.url.partition("/at/")[2].partition("/")[0]

    def send(self, action: str, **fields: str) -> int:
        """Send the form of the page whose address ends with `action`, filled in."""
        (address,) = {
            one for one in re.findall(r'action="([^"]+)"', self.text) if one.endswith(action)
        }
        word = re.findall(r'name="form" value="([^"]+)"', self.text)[0]
        host = "/".join(self.base.split("/")[:3])
        answer = self.session.post(f"{host}{address}", data={"form": word, **fields}, timeout=20)
        self._keep(answer)
        return answer.status_code

    def field(self, number: int = 0) -> str:
        """Return the name of an open field of the page by its place."""
        return str(re.findall(r'name="(choice-\d+)" value="leave"', self.text)[number])

    def _keep(self, answer: requests.Response) -> None:
        while said := answer.headers.get("Refresh"):  # a page of a write that goes on
            address = f"{self.entrance.partition('/review-')[0]}{said.partition('url=')[2]}"
            answer = self.session.get(address, timeout=20)
        self.text, self.url = answer.text, answer.url


@contextmanager
def reviewing(*files: Path) -> Iterator[Page]:
    """Give the page of a review in the current folder, not entered yet."""
    made = iter(range(100))
    secrets = Admission(lambda: f"secret-{next(made)}-of-this-test")
    failed: list[Exception] = []
    site = Site(desk_of(Invocation(files=files)), secrets)
    with closing(site), answering(listening(site, secrets, 0, failed.append)) as url:
        yield Page(f"{url}{secrets.entrance}")
    assert failed == []


@pytest.fixture
def page(digest: Path) -> Iterator[Page]:
    """The page of a project with one conflict, entered."""
    with reviewing() as page:
        page.enter()
        yield page


# --- who may use it ------------------------------------------------------------------------------


def test_the_link_works_once(digest: Path) -> None:
    with reviewing() as page:
        assert requests.head(page.entrance, timeout=20).status_code == 403
        page.enter()

        assert page.session.get(page.entrance, timeout=20).status_code == 403
        assert requests.get(page.entrance, timeout=20).status_code == 403
        assert "To decide" in page.get()


def test_a_wrong_token_opens_nothing_and_spends_nothing(digest: Path) -> None:
    with reviewing() as page:
        for wrong in ("", "secret", "%00", "secret-3-of-this-tes"):
            address = page.entrance.partition("?")[0]
            assert requests.get(f"{address}?token={wrong}", timeout=20).status_code == 403

        page.enter()

        assert "To decide" in page.text


def test_without_its_cookie_no_page_is_shown_and_nothing_is_written(page: Page) -> None:
    before = Path("papers.md").read_bytes()
    stranger = requests.Session()
    for path in ("", "style.css", f"at/{page.name}", f"at/{page.name}/changes", "nothing"):
        assert stranger.get(f"{page.base}/{path}", timeout=20).status_code == 403

    word = {"form": re.findall(r'name="form" value="([^"]+)"', page.text)[0]}
    wrong = {"Cookie": "zoterodigest-review=secret-0-of-this-test"}
    for headers in ({}, wrong, {"Cookie": "zoterodigest-review"}, {"Cookie": "\x01;;=,"}):
        address = f"{page.base}/at/{page.name}/write"
        answer = stranger.post(address, data=word, headers=headers, timeout=20)
        assert answer.status_code == 403
    assert Path("papers.md").read_bytes() == before


def test_the_cookie_goes_to_the_secret_folder_alone_and_to_no_script(digest: Path) -> None:
    with reviewing() as page:
        answer = requests.get(page.entrance, allow_redirects=False, timeout=20)

    folder = page.entrance.split("/")[3]
    assert folder.startswith("review-secret")
    said = answer.headers["Set-Cookie"].split("; ")[1:]
    assert said == [f"Path=/{folder}/", "HttpOnly", "SameSite=Strict"]


def test_another_host_or_origin_is_refused(page: Page) -> None:
    address = f"{page.base}/at/{page.name}/write"
    word = re.findall(r'name="form" value="([^"]+)"', page.text)[0]
    hosts = ("papers.example", "127.0.0.1.papers.example", "localhost@papers.example", "")
    origins = ("http://papers.example", "null", "http://127.0.0.1:1", "https://127.0.0.1", "")
    named = [{"Host": one} for one in hosts] + [{"Origin": one} for one in origins]
    for headers in named:
        assert page.session.get(f"{page.base}/", headers=headers, timeout=20).status_code == 403
        answer = page.session.post(address, data={"form": word}, headers=headers, timeout=20)
        assert answer.status_code == 403, headers


def test_a_form_of_another_page_writes_nothing(page: Page) -> None:
    before = Path("papers.md").read_bytes()
    words = ("", "secret-1-of-this-tes", "wrong", "é", "\udc80")
    paths = (f"at/{page.name}/write", f"at/{page.name}/decide", "undo", "accept", "forget")
    for word, path in product(words, paths):
        body = f"form={quote(word, errors='surrogatepass')}&run=1&choice-0=zotero"
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        address = f"{page.base}/{path}"
        assert page.session.post(address, data=body, headers=kind, timeout=20).status_code == 403
    assert Path("papers.md").read_bytes() == before


def test_only_forms_are_read(page: Page) -> None:
    word = re.findall(r'name="form" value="([^"]+)"', page.text)[0]
    address = f"{page.base}/at/{page.name}/write"

    assert page.session.post(address, json={"form": word}, timeout=20).status_code == 415
    assert page.session.put(address, data={"form": word}, timeout=20).status_code == 405
    assert page.session.get(address, timeout=20).status_code == 404
    many = {f"f{number}": "" for number in range(3_000)}
    assert page.session.post(address, data=many, timeout=20).status_code == 400
    large = {"form": word, "text-0": "x" * 5_000_000}
    assert page.session.post(address, data=large, timeout=20).status_code == 413


PATHS = (
    *("..", "../..", "%2e%2e/%2e%2e/etc/passwd", "style.css/..", "templates/base.html"),
    *("at/", "at/x", "at/%00/changes", "at/../at", "style.css%00", "open/x", "at/x/y/z/a"),
)


def test_no_path_leads_anywhere_else(page: Page) -> None:
    host, _, rest = page.base.removeprefix("http://").partition("/")
    cookie = "; ".join(f"{one.name}={one.value}" for one in page.session.cookies)
    head = f"Host: {host}\r\nCookie: {cookie}\r\nConnection: close\r\n"
    name, port = host.split(":")
    for path in PATHS:
        with socket.create_connection((name, int(port)), timeout=20) as connection:
            # By hand: a client would tidy the path.
            connection.sendall(f"GET /{rest}/{path} HTTP/1.1\r\n{head}\r\n".encode())
            answer = b"".join(iter(partial(connection.recv, 65_536), b""))

        assert answer.split(b" ", 2)[1] in (b"403", b"404", b"409"), path
        assert b"root:" not in answer


def test_a_file_outside_of_the_project_is_not_accepted(page: Page, tmp_path: Path) -> None:
    outside = tmp_path.with_name("outside.md")
    outside.write_text(a_digest(("Something Else Entirely Here", "2401.12345")), encoding="utf-8")
    word = re.findall(r'name="form" value="([^"]+)"', page.text)[0]
    for file in ("../outside.md", str(outside), "", "zoterodigest.lock", "\x00"):
        data = {"form": word, "file": file}
        assert page.session.post(f"{page.base}/accept", data=data, timeout=20).status_code == 409


def test_every_answer_forbids_scripts_frames_and_requests_to_elsewhere(page: Page) -> None:
    paths = ("", "style.css", "nothing", "at/old", f"at/{page.name}/runs")
    answers = [page.session.get(f"{page.base}/{path}", timeout=20) for path in paths]
    answers += [requests.get(page.base, timeout=20), requests.post(page.base, timeout=20)]
    answers.append(requests.get(page.entrance, timeout=20))

    for answer in answers:
        rules = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in rules
        assert "frame-ancestors 'none'" in rules
        assert "form-action 'self'" in rules
        assert "script" not in rules
        assert "unsafe" not in rules
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"


def test_many_slow_connections_keep_nobody_out(page: Page) -> None:
    host, port = page.base.split("/")[2].split(":")
    with ExitStack() as stack:
        for _ in range(200):
            slow = stack.enter_context(socket.create_connection((host, int(port)), timeout=20))
            slow.sendall(b"GET / HTTP/1.1\r\nHost: ")

        assert "To decide" in page.get()


def test_a_port_that_is_taken_is_an_error(zoterodigest: Zoterodigest, digest: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = zoterodigest("review", "--port", taken.getsockname()[1])

    assert ran.code == 24
    assert "cannot be used" in ran.err


def test_what_is_wrong_with_a_project_is_said_before_a_page_opens(
    zoterodigest: Zoterodigest,
) -> None:
    ran = zoterodigest("review", "nothing.md")

    assert ran.code != 0
    assert "works once" not in ran.out


# --- nothing breaks out of its place -------------------------------------------------------------

HOSTILE = (
    *("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</textarea><script>", "'"),
    *("{{ 7*7 }}", "{% include 'base.html' %}", "`<b>`", "`", "</style>", "<!--", "]]>", "&lt;"),
    *("javascript:alert(1)", "\x00", "\u202e", "\udc80", "&#x3c;script&#x3e;", "<svg/onload=a>"),
)
# Words that are blanks only are not marked, and nothing is said of a text that is empty.
TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=30)).map(
    lambda text: text if text.strip() else f"x{text}"
)


class Skeleton(HTMLParser):
    """The tags of a page with the names of their attributes, whatever stands in them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, ...]] = []
        self.links: list[tuple[str, str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, *(name for name, _ in attrs)))
        self.links += [(name, value or "") for name, value in attrs if name in ("href", "src")]

    def handle_endtag(self, tag: str) -> None:
        self.tags.append((f"/{tag}",))

    def handle_comment(self, data: str) -> None:
        self.tags.append(("comment",))


def pages_of(text: str) -> Iterator[str]:
    """Yield each page with `text` in every slot that a project fills."""
    lines = [(ChangedWords(text, mark),) for mark in WordChange]
    # What a form sends is no text of a project: `text` itself is the name of another choice.
    end = ShownEnd(text, text, lines, None, f"keep {text}")
    fields = [FieldCard(0, text, text, lines, [end, ShownEnd(text, text, [])], text, text, True)]
    card = DecisionCard(text, text, text, text, [end])
    change = ChangeCard(text, text, [(text, lines)])
    held = ReportCard(text, [text], "", "", False, text)
    told = ReportCard(text, [text], text, text, False, "")
    group = ReportGroup(text, text, [held, told, told])
    tabs = [("decide", "To decide", 1)]
    common: dict[str, Any] = {
        "base": "/review",
        "name": "n",
        "word": "w",
        "tabs": tabs,
        "file": text,
    }
    common |= {"closing": text, "address": text, "page": 2, "pages": 3, "amounts": text}
    slots: dict[str, dict[str, Any]] = {
        "open": {
            "cards": [EntryCard(text, text, text, text, fields)],
            "chosen": {0: ("text", text)},
            "elsewhere": 2,
        },
        "decisions": {"cards": [card], "left": [(card, text)]},
        "changes": {
            "groups": [ChangeGroup(text, text, text, 1, [change])],
            "is_settled": False,
            "concern": text,
            "why_not": "",
            "failures": [(text, text, text)],
            "exports": [text],
            "whole": [text, text],
        },
        "reports": {"which": "held", "groups": [group], "most": 2},
        "undo": {"lines": [text, text], "declined": [(text, text)], "number": 1},
        "done": {"done": ReviewResult(text, ((text, text, text),), 3)},
        "problem": {"sentence": text, "hint": text, "is_old": False},
        "writing": {"done": 1, "total": 2},
    }
    for template, values in slots.items():
        yield html_of(template, common | values)


@cache
def skeletons(text: str) -> list[list[tuple[str, ...]]]:
    """Return the tags of each page with a text of which nothing can come."""
    return [Skeleton(page).tags for page in pages_of(text)]


@given(TEXTS)
@example("`<script>`")
@example("a `<b>` `c` ` d")
@example("text")
def test_no_text_changes_anything_of_a_page_but_itself(text: str) -> None:
    # A sentence may set words as code; these stay words.
    codes = len(Skeleton(str(with_commands(text))).tags) // 2

    found = [Skeleton(page).tags for page in pages_of(text)]

    assert found == skeletons("`x` " * codes or "x")


def test_a_project_of_hostile_names_breaks_nothing(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    script = "<script>alert(1)</script>"
    name = 'a"><img src=x onerror=alert(1)>`.md'
    (tmp_path / name).write_text(
        a_digest((f"Deep {script} Nets of Many Layers", "2401.00001"), RESNET), encoding="utf-8"
    )
    zoterodigest("push", name, "--yes", "--offline")
    edit(tmp_path / name, "What it does.", f"See [it](javascript:alert(1)) {script}.")
    edit(tmp_path / name, RESNET[0], f"Nets {script}")
    edited_item(tmp_path, RESNET[0], title=f"Residual </textarea>{script}")
    with reviewing(Path(name)) as page:
        page.enter()
        seen = [page.text, *map(page.tab, ("held", "reports", "changes", "runs"))]
        page.get()
        page.send("/decide", **{page.field(): "zotero"})
        seen.append(page.text)
        page.send("/write")
        assert "Done: " in page.text
        page.send("/undo", run="2")
        seen.append(page.text)

    assert "&lt;script&gt;" in "".join(seen)
    skeletons = [Skeleton(text) for text in seen]
    assert not {"script", "img"} & {tag for one in skeletons for tag, *_ in one.tags}
    assert all(
        link.startswith(("/", "#", "https://")) for one in skeletons for _, link in one.links
    )


IN_A_NOTE = {"p", "em", "strong", "code", "pre", "a", "ul", "ol", "li", "blockquote", "hr", "br"}
IN_A_NOTE |= {"h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td", "s"}
SCHEMES = ("javascript:", "obsidian://", "file:///", "data:text/html,", "vbscript:", "zotero://")
NOTES = st.one_of(
    TEXTS,
    st.builds("[{}]({}{})".format, TEXTS, st.sampled_from((*SCHEMES, "//h/", "/", "../")), TEXTS),
    st.builds("![{}](https://e.org/{})".format, TEXTS, TEXTS),
    st.builds("<{}{}>".format, st.sampled_from(SCHEMES), TEXTS),
    st.builds("[a]: {}{}\n\n[a]".format, st.sampled_from(SCHEMES), TEXTS),
)


@given(st.lists(NOTES, max_size=4))
@example(["[a](JaVaScRiPt:alert(1))", "[b](&#106;avascript:alert(1))", "[c](java\nscript:x)"])
@example(["[a](https://e.org 'onclick=x\" onclick=\"y')", '[a](https://e.org/"onclick="x)'])
def test_a_note_is_shown_without_markup_pictures_or_links_to_programs(texts: list[str]) -> None:
    skeleton = Skeleton(str(html_of_note(Blocks(tuple(texts)))))

    assert {tag.removeprefix("/") for tag, *_ in skeleton.tags} <= IN_A_NOTE
    attributes = {name for _, *names in skeleton.tags for name in names}
    assert attributes <= {"href", "title", "rel", "target", "start", "class", "style"}
    assert all(re.match("https?://", link, re.I) for _, link in skeleton.links)


def test_a_link_to_the_web_is_a_link_and_learns_nothing_of_the_page() -> None:
    shown = str(html_of_note(Blocks(("See [this](https://example.org/a?b=1&c=2).",))))

    assert '<a href="https://example.org/a?b=1&amp;c=2" rel="noreferrer noopener"' in shown


# --- it does what the commands do ----------------------------------------------------------------


def both(folder: Path) -> tuple[dict[str, bytes], str, list[Any]]:
    """Return what stands at both ends of a project: its files, the lock file, the items."""
    with connect("embedded:.zoterodigest/library.sqlite", base=folder) as library:
        items = [(one.key, dict(one.data)) for one in library.read().items]
    for _, data in items:
        data.pop("dateModified", None)
    return (
        {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.md")},
        (folder / "zoterodigest.lock").read_text(encoding="utf-8"),
        items,
    )


def twin_of(folder: Path) -> Path:
    """Return a copy of a project, in which a command does what the page does in the project."""
    twin = folder.with_name(f"{folder.name}-twin")
    copytree(folder, twin)
    return twin


def test_a_library_is_named_from_the_folder_of_the_command(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "papers.md").write_text(a_digest(("Attention", "1706.03762")))
    named = ("--library", "embedded:mine.sqlite")
    assert zoterodigest("push", "lists/papers.md", "--offline", "--yes", *named).code == 0
    asked = Invocation(files=(Path("lists", "papers.md"),), address="embedded:mine.sqlite")

    with closing(desk_of(asked)) as desk:
        undo = desk.shown(desk.undo(1))

    assert isinstance(undo, Undo)
    assert undo.undoing.workspace.library.identity == undo.undoing.run.library


@pytest.mark.parametrize("keep", ["markdown", "zotero"])
def test_a_decision_and_its_undo_write_what_resolve_and_undo_write(
    zoterodigest: Zoterodigest,
    page: Page,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    keep: str,
) -> None:
    twin, before = twin_of(tmp_path), both(tmp_path)
    assert BY_ADA in page.text
    assert BY_BEN in page.text

    page.send("/decide", **{page.field(): keep})
    assert both(tmp_path) == before
    page.send("/write")
    assert "Done: " in page.text
    with monkeypatch.context() as there:
        there.chdir(twin)
        zoterodigest("resolve", open_id(zoterodigest), "--keep", keep, "--yes")
    decided = both(tmp_path)
    assert decided == both(twin) != before

    page.send("/undo", run="2")
    assert both(tmp_path) == decided
    page.send("/write")
    assert "is undone" in page.text
    monkeypatch.chdir(twin)
    assert zoterodigest("undo", "--yes").code == 0
    undone = both(tmp_path)
    assert undone == both(twin)
    assert undone[0] == before[0]


def test_markdown_zotero_and_bib_stand_side_by_side_and_each_can_be_kept(
    contested: Path,
) -> None:
    bib, digest = contested / "refs.bib", contested / "papers.md"
    before = bib.read_bytes(), digest.read_bytes()
    with reviewing() as page:
        page.enter()
        plain = " ".join(re.sub("<del>.*?</del>|<[^>]+>", "", page.text).split())
        shown = [text for text in (IN_BIB, BESIDE_BIB, IN_DIGEST, BESIDE_DIGEST) if text in plain]
        assert len(shown) == 4
        for side in ("markdown", "bib", "zotero"):
            assert f'value="{side}"' in page.text
        sides = {page.field(0): "zotero", page.field(1): "bib"}
        if plain.index(IN_BIB) < plain.index(IN_DIGEST):
            sides = {page.field(0): "bib", page.field(1): "zotero"}
        page.send("/decide", **sides)
        page.send("/write")
        assert "Done: " in page.text
        assert IN_BIB.encode() in bib.read_bytes()
        assert BESIDE_DIGEST.encode() in digest.read_bytes()
        page.send("/undo", run="2")
        page.send("/write")
        assert "is undone" in page.text

    assert (bib.read_bytes(), digest.read_bytes()) == before


def test_a_text_that_a_person_writes_reaches_both_sides(
    zoterodigest: Zoterodigest, page: Page, digest: Path
) -> None:
    number = page.field().removeprefix("choice-")
    page.send("/decide", **{page.field(): "text", f"text-{number}": "Residual\r\n Learning, Both"})
    page.send("/write")

    assert "Residual Learning, Both" in digest.read_text(encoding="utf-8")
    assert "Residual Learning, Both" in zoterodigest("ls").out


def test_a_text_that_a_person_changed_is_meant_and_any_other_is_not(page: Page) -> None:
    number = page.field().removeprefix("choice-")
    shown = f"\r\n{BY_ADA} "

    assert page.send("/decide", **{page.field(): "leave", f"text-{number}": shown}) == 409
    page.get()
    page.send("/decide", **{page.field(): "leave", f"text-{number}": "Nets, Written Anew"})
    assert "the text that you wrote" in page.text


def test_the_rest_of_a_page_is_decided_at_once_but_for_what_a_person_chose(
    zoterodigest: Zoterodigest, digest: Path, tmp_path: Path
) -> None:
    edit(digest, ATTENTION[0], "Attention, by Ada")
    edited_item(tmp_path, ATTENTION[0], title="Attention, by Ben")
    with reviewing() as page:
        page.enter()
        shown = {f"shown-{number}": "1" for number in range(2)}
        page.send("/decide", **shown, rest="zotero", **{"choice-0": "markdown"})
        page.send("/write")

    text = digest.read_text(encoding="utf-8")
    assert ("Attention, by Ada" in text, BY_BEN in text) == (True, True)
    assert listed(zoterodigest)["conflicts"] == []


def test_what_a_person_chose_is_kept_on_turning_the_page(
    digest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(digest, ATTENTION[0], "Attention, by Ada")
    edited_item(tmp_path, ATTENTION[0], title="Attention, by Ben")
    monkeypatch.setattr("zoterodigest.cli.review.site.ENTRIES", 1)
    with reviewing() as page:
        page.enter()
        page.send("/decide", turn="2", **{"shown-0": "1", "choice-0": "text", "text-0": "By Both"})
        assert page.url.endswith("?page=2")
        assert "With 1 that you chose on other pages." in page.text
        page.send("/decide", turn="1", rest="zotero", **{"shown-1": "1", "choice-1": "leave"})
        assert 'value="text" checked' in page.text
        assert "\nBy Both</textarea>" in page.text
        page.send("/decide", **{"shown-0": "1", "choice-0": "markdown"})
        page.send("/write")

    text = digest.read_text(encoding="utf-8")
    assert ("Attention, by Ada" in text, BY_BEN in text) == (True, True)


def test_what_changed_since_it_was_shown_is_not_decided(page: Page, digest: Path) -> None:
    edit(digest, BY_ADA, "Residual Nets, Later")
    before = digest.read_bytes()

    page.send("/decide", **{page.field(): "zotero"})

    assert "it has changed since it was shown" in page.text
    assert "/write" in page.text
    assert "Write 1 decision" not in page.text
    assert digest.read_bytes() == before


def test_a_plan_is_not_written_over_a_file_that_changed_since(page: Page, digest: Path) -> None:
    page.send("/decide", **{page.field(): "zotero"})
    edit(digest, BY_ADA, "Residual Nets, Later")
    before = digest.read_bytes()

    assert page.send("/write") == 409

    assert re.search(rf">\s*{digest.name} has changed since it was read", page.text)
    assert "Read everything again: it starts from the file as it is now" in page.text
    assert digest.read_bytes() == before


def test_a_page_from_before_a_write_writes_nothing(page: Page, digest: Path) -> None:
    old = page.text
    page.send("/decide", **{page.field(): "zotero"})
    page.send("/write")
    before = digest.read_bytes()
    page.text = old

    assert page.send("/decide", **{page.field(): "markdown"}) == 409

    assert "This page is old" in page.text
    assert digest.read_bytes() == before


def test_a_form_that_is_sent_twice_writes_once_and_is_old_when_its_result_was_seen(
    zoterodigest: Zoterodigest, page: Page, digest: Path
) -> None:
    page.send("/decide", **{page.field(): "zotero"})
    form = page.text
    word = {"form": re.findall(r'name="form" value="([^"]+)"', page.text)[0]}
    address = f"{page.base}/at/{page.name}/write"
    twice = [page.session.post(address, word, allow_redirects=False, timeout=20) for _ in range(2)]
    assert twice[0].headers["Location"] == twice[1].headers["Location"]

    page.send("/write")
    assert "Done: " in page.text
    page.text = form
    assert page.send("/write") == 409
    assert "This page is old" in page.text
    assert len(json.loads(zoterodigest("log", "--json").out)["runs"]) == 2


def test_an_error_of_a_run_is_a_page_with_what_to_do(page: Page, digest: Path) -> None:
    digest.unlink()

    assert "If you renamed one, give its new path." in page.get()
    assert "Read everything again" in page.text


def test_the_end_of_review_waits_for_what_it_is_doing(digest: Path) -> None:
    begun, may_go_on, ended = Event(), Event(), Event()
    asked = Invocation(is_offline=True)

    def slowly(place: ProjectContext, options: Options) -> Prepared:
        begun.set()
        assert may_go_on.wait(20)
        return planned_with_lookups(place, asked, options)[0]

    made = iter(range(9))
    admission = Admission(lambda: f"secret-{next(made)}")
    site = Site(Desk(asked, slowly, lambda: "plan"), admission)
    with answering(listening(site, admission, 0, print)) as url:
        opened = Thread(target=requests.get, args=(f"{url}{admission.entrance}",))
        opened.start()
        assert begun.wait(20)

        def end() -> None:
            site.close()
            ended.set()

        closed = Thread(target=end)
        closed.start()

        assert not ended.wait(0.1)
        may_go_on.set()
        assert ended.wait(20)
        opened.join()
        closed.join()


class SlowDesk(Desk):
    """A desk that waits with every write when it has told that three of ten are written."""

    def __init__(self, usual: Desk) -> None:
        super().__init__(usual._asked, usual._plan_run, usual._name)
        self.may_go_on = Event()

    def written(self, name: str, progress: Progress) -> str:
        progress(3, 10)
        assert self.may_go_on.wait(20)
        return super().written(name, progress)


@contextmanager
def slowly_reviewing(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Site, SlowDesk, Page]]:
    """Give the page of a review that writes slowly, entered, with what writes."""
    monkeypatch.setattr("zoterodigest.cli.review.site.PATIENCE", 0.05)
    made = iter(range(100))
    admission = Admission(lambda: f"secret-{next(made)}-of-this-test")
    desk = SlowDesk(desk_of(Invocation()))
    site = Site(desk, admission)
    with closing(site), answering(listening(site, admission, 0, print)) as url:
        page = Page(f"{url}{admission.entrance}")
        page.enter()
        yield site, desk, page


def test_a_long_write_shows_how_far_it_is_and_its_result(
    zoterodigest: Zoterodigest, digest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with slowly_reviewing(monkeypatch) as (_, desk, page):
        page.send("/decide", **{page.field(): "zotero"})
        word = re.findall(r'name="form" value="([^"]+)"', page.text)[0]
        address = f"{page.base}/at/{page.name}/write"
        # A person who clicks twice, in the end in another tab, and one who looks around.
        answers = [page.session.post(address, data={"form": word}, timeout=20) for _ in range(2)]
        answers += [page.session.get(f"{page.base}/{path}", timeout=20) for path in ("", "at/x")]

        for answer in answers:
            assert "3 of 10 written." in answer.text
            assert answer.headers["Refresh"].startswith("1; url=/review-")
        desk.may_go_on.set()
        page._keep(answers[0])

        assert "Done: " in page.text
        result = page.url
        assert page.session.get(f"{page.base}/writing", timeout=20).url == result
    assert len(json.loads(zoterodigest("log", "--json").out)["runs"]) == 2


def test_ctrl_c_lets_a_write_end_and_tells_what_came_of_it(
    digest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def tell(lines: Sequence[str]) -> None:
        told.extend(lines)
        desk.may_go_on.set()

    with slowly_reviewing(monkeypatch) as (site, desk, page):
        page.send("/decide", **{page.field(): "zotero"})
        word = re.findall(r'name="form" value="([^"]+)"', page.text)[0]
        page.session.post(f"{page.base}/at/{page.name}/write", data={"form": word}, timeout=20)
        site.finish(tell)

    assert "Ctrl-C again" in told[0]
    assert told[1].startswith("Done: ")
    assert BY_BEN in digest.read_text(encoding="utf-8")


def test_a_write_that_a_person_stops_says_how_far_it_came() -> None:
    may_go_on = Event()

    def work(progress: Progress) -> str:
        for done in range(1, 6):
            progress(done, 5)
            assert may_go_on.wait(20)
        return "result"

    writing = OngoingWrite(work)
    assert writing.name(0.01) is None
    writing.stop()
    may_go_on.set()

    with pytest.raises(Stopped, match=r"Stopped: [12] of 5 written; run the same command"):
        writing.name()


def test_a_form_without_a_choice_says_so(page: Page) -> None:
    assert page.send("/decide", **{page.field(): "leave"}) == 409
    assert "Nothing is chosen" in page.text


def test_the_changes_are_those_of_plan_and_are_written_as_by_sync(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    path = tmp_path / "papers.md"
    path.write_text(a_digest(ATTENTION, RESNET), encoding="utf-8")
    zoterodigest("push", "papers.md", "--yes")
    edit(path, "What it does.", "What it now does.")
    edited_item(tmp_path, RESNET[0], date="2016-02-03")
    with reviewing() as page:
        page.enter()
        assert page.url.endswith("/changes")
        assert "Into the library: changed notes" in page.text
        assert "<ins>now</ins> does" in page.text
        assert zoterodigest("plan").out.splitlines()[-2] in page.text.replace("&#39;", "'")

        page.send("/write")

        assert "Done: " in page.text
        assert "Nothing is pending." in page.get()
        assert "Write all of it" not in page.text
    assert "Already up to date." in zoterodigest("sync").out


@pytest.mark.usefixtures("over_http")
def test_a_library_over_http_is_read_and_written_from_any_request(
    zoterodigest: Zoterodigest,
) -> None:
    with reviewing() as page:
        page.enter()
        page.send("/write")
        assert "Done: 1 item" in page.text

        page.send("/undo", run="1")
        page.send("/write")
        assert "is undone" in page.text
    assert "0 items, 0 notes" in zoterodigest("ls").out


def test_a_plan_that_the_guard_stops_has_no_button(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    path = tmp_path / "papers.md"
    papers = [
        (f"A Study of Model {number} for Images", f"2401.{number:05}") for number in range(30)
    ]
    path.write_text(a_digest(*papers), encoding="utf-8")
    zoterodigest("push", "papers.md", "--yes")
    edit(path, "What it does.", "What it did.")
    with reviewing() as page:
        page.enter()

        assert "Write all of it" not in page.text
        assert "--max-changes" in page.text
        assert page.send("/write") == 409
    assert "What it did" not in str(both(tmp_path)[2])


def test_a_held_file_is_shown_and_accepted_as_by_sync(
    zoterodigest: Zoterodigest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Notes").mkdir()
    (tmp_path / "zoterodigest.toml").write_text(
        '[[digest]]\npath = "Notes/*.md"\nentry = "file"\n\n[sync]\nhold = 0\n', encoding="utf-8"
    )
    note = tmp_path / "Notes" / "ada2020.md"
    head = "---\ntitle: A Careful Note on Networks\ncitekey: ada2020\ndoi: 10.1000/182\n---\n\n"
    paragraphs = [f"A paragraph of my own about the paper, number {n}.\n" for n in range(6)]
    note.write_text(head + "\n".join(paragraphs), encoding="utf-8")
    zoterodigest("sync", "--yes", "--offline")
    note.write_text(f"{head}One line is left.\n", encoding="utf-8")
    before, twin = note.read_bytes(), twin_of(tmp_path)
    with reviewing() as page:
        page.enter()
        held = page.tab("held")
        assert "more than half of its text that was in sync is gone" in held
        assert "<code>zoterodigest sync FILE --accept</code>" in held

        page.send("/accept", file="Notes/ada2020.md")
        assert "What a sync of Notes/ada2020.md writes" in page.text
        page.send("/write")

        assert "Done: 1 note written." in page.text
        assert note.read_bytes() == before
        assert "No file is held." in (page.get() and page.tab("held"))
    monkeypatch.chdir(twin)
    zoterodigest("sync", "Notes/ada2020.md", "--accept", "--offline", "--yes")
    assert both(tmp_path) == both(twin)


def test_a_diverged_field_is_joined(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    address = "https://arxiv.org/abs/1512.03385"
    data = {"itemType": "preprint", "title": "Another Name", "url": address}
    in_library(tmp_path, LibraryItem("AAAABBBB", 0, data))
    path = tmp_path / "papers.md"
    path.write_text(a_digest(RESNET), encoding="utf-8")
    zoterodigest("push", "papers.md", "--yes")
    with reviewing() as page:
        page.enter()
        assert "diverged</span>" in page.text
        number = re.findall(r'<legend>title.*?name="(choice-\d+)"', page.text, re.S)[0]

        page.send("/decide", **{number: "zotero"})
        page.send("/write")

    assert "**Another Name**" in path.read_text(encoding="utf-8")


def test_a_report_is_acknowledged_and_reported_again(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    path = tmp_path / "papers.md"
    path.write_text(a_digest(ATTENTION, RESNET), encoding="utf-8")
    zoterodigest("push", "papers.md", "--yes")
    path.write_text(a_digest(ATTENTION), encoding="utf-8")
    zoterodigest("sync", "--yes")
    path.write_text(a_digest(ATTENTION, RESNET), encoding="utf-8")
    zoterodigest("unlink", "papers.md", "--yes")
    with reviewing() as page:
        page.enter()
        page.tab("reports")
        ids = re.findall(r'name="id" value="([^"]+)"', page.text)

        page.send("/acknowledge", id=ids[0])

        assert "1 report acknowledged" in page.text
        lock = (tmp_path / "zoterodigest.lock").read_text(encoding="utf-8")
        assert "acknowledged" in lock
