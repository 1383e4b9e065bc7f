"""Who may use the page: one browser, which came by a link that works once.

Any web page can send a browser to loopback, and a server on another port of this computer is the
same site to a browser. So a request needs a cookie that only the page's own secret path gets, and
one that writes needs a word that only the page itself knows, too.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import replace
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from zoterodigest.library.server.messages import Rejected, Request, Response, text_answer
from zoterodigest.library.server.site import local_address

_COOKIE = "zoterodigest-review"
_MAX_FIELDS = 2_000
_MAX_FORM = 4 * 1024 * 1024
"""Bytes of a form: twenty-five entries with texts of a person's own fit."""

_READS = frozenset({"GET", "HEAD"})
_HEADERS = {
    # No script, no frame, no picture, and nothing from elsewhere, whatever stands in a note.
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Not "no-referrer": a browser would then call the origin of a form "null".
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Admission:
    """The secrets of one review; `secret` makes them.

    `folder` is the path below which the page lies, `form_word` the word that every form sends.
    """

    def __init__(self, secret: Callable[[], str]) -> None:
        self.folder = f"review-{secret()}"
        self.form_word = secret()
        self._session = secret()
        self._token: str | None = secret()

    @property
    def entrance(self) -> str:
        """The path of the link that works once; raises `AssertionError` if it did."""
        assert self._token is not None
        return f"/{self.folder}/open?token={self._token}"

    def admit(self, request: Request) -> None:
        """Raise `Rejected` for any request that is not of the one browser's."""
        local_address(request)
        if not request.segments or not _is_same(request.segments[0], self.folder):
            raise Rejected(404, "Nothing is here.")
        if request.method not in _READS | {"POST"}:
            raise Rejected(405, "Method not allowed")
        if not self._is_entrance(request) and not _is_same(_cookie(request), self._session):
            raise Rejected(403, "Open the link that `zoterodigest review` printed.")

    def entered(self, request: Request) -> Response | None:
        """Return the answer to who comes by the link; None for any other request.

        The link works once: a second one who has it is refused, and the first one learns of it.
        """
        if not self._is_entrance(request):
            return None
        given = request.parameter("token")
        if request.method != "GET" or self._token is None or not _is_same(given, self._token):
            raise Rejected(
                403,
                "This link does not work, or not any more: it works once."
                " Run `zoterodigest review` again for a new one.",
            )
        self._token = None
        # Of this path alone: another server on this computer never sees the cookie.
        cookie = f"{_COOKIE}={self._session}; Path=/{self.folder}/; HttpOnly; SameSite=Strict"
        return Response(303, {"Location": f"/{self.folder}/", "Set-Cookie": cookie})

    def form(self, request: Request) -> dict[str, str]:
        """Return the fields of a form that this page sent; raises `Rejected` for any other."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/x-www-form-urlencoded":
            raise Rejected(415, "a form of the page is needed")
        if len(request.body) > _MAX_FORM:
            raise Rejected(413, "the form is too large")
        try:
            text = request.body.decode("utf-8")
            found = parse_qs(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS)
        except ValueError as error:
            raise Rejected(400, "the form cannot be read") from error
        form = {name: values[0] for name, values in found.items()}
        if not _is_same(form.pop("form", ""), self.form_word):
            raise Rejected(403, "This form is not of the page.")
        return form

    def _is_entrance(self, request: Request) -> bool:
        return request.segments[1:] == ("open",)


def guarded(response: Response) -> Response:
    """Return an answer with the headers that keep a browser from doing what a note asks for."""
    return replace(response, headers={**_HEADERS, **response.headers})


def refused(rejected: Rejected) -> Response:
    """Return the answer to a request that is refused."""
    return guarded(text_answer(rejected.sentence, rejected.headers, status=rejected.status))


def _cookie(request: Request) -> str:
    try:
        found = SimpleCookie(request.headers.get("cookie", "")).get(_COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _is_same(given: str, known: str) -> bool:
    # In constant time: how long an answer takes must not tell how much of a secret is right.
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), known.encode())
