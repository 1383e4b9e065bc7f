"""The wire to a server: one request out, one answer or none back. Nothing is tried again here.

pyzotero's own calls hand back the body of a 429 as if it were a result, drop failed elements of a
write and stumble over a `Retry-After` with a date; so of it we use the client, the default headers
and the address of the API, and look at every answer ourselves.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from zoterodigest.library.address import WebAddress
from zoterodigest.library.web.body import Endless, received
from zoterodigest.library.web.limit import TooSlow, within
from zoterodigest.library.web.patience import Answer, Lost, Result
from zoterodigest.library.web.trouble import garbled, too_slow, translated

if TYPE_CHECKING:
    import httpx2
    from pyzotero.zotero import Zotero

_READ_SECONDS = 60.0
_WRITE_SECONDS = 180.0
_CONNECT_SECONDS = 15.0

Params = Mapping[str, str | int]


class Wire:
    """A connection to the API of `address`, opened at once; `key` is the API key or "".

    An answer must be complete after `longest_answer` seconds. A connection whose answer was not
    is closed: another one must be opened.
    """

    def __init__(self, address: WebAddress, key: str, longest_answer: float) -> None:
        import httpx2
        from pyzotero.zotero import Zotero

        is_remote = address.url.startswith("https://")  # plain http needs no certificates
        self._address = address
        self._longest_answer = longest_answer
        self._client = httpx2.Client(verify=is_remote, trust_env=is_remote, follow_redirects=False)
        self._zotero: Zotero = Zotero(
            address.number, address.kind, key or None, client=self._client
        )
        self._zotero.endpoint = address.url

    def read(self, path: str, params: Params) -> Result:
        """Send a GET for `path`, below the library (below the API after a `/`)."""
        return self._sent("GET", path, params, None)

    def write(self, path: str, objects: Sequence[Mapping[str, Any]]) -> Result:
        """Send `objects` in a POST to `path`."""
        return self._sent("POST", path, {}, json.dumps(objects).encode("ascii"))

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _sent(self, method: str, path: str, params: Params, content: bytes | None) -> Result:
        import httpx2

        headers = dict(self._zotero.default_headers())
        if content is not None:
            headers["Content-Type"] = "application/json"
        seconds = _READ_SECONDS if content is None else _WRITE_SECONDS
        below = path if path.startswith("/") else f"{self._address.path}/{path}"
        try:
            response, text = within(
                self._longest_answer,
                lambda: received(
                    self._client,
                    method,
                    f"{self._zotero.endpoint}{below}",
                    params=dict(params),
                    content=content,
                    headers=headers,
                    timeout=httpx2.Timeout(seconds, connect=_CONNECT_SECONDS),
                ),
            )
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
            return Lost(translated(error, self._address.server))
        except Endless:
            return Lost(garbled(self._address.identity))
        except TooSlow:
            self.close()
            return Lost(too_slow(self._address.server, self._longest_answer), is_slow=True)
        return self._answer(response, text)

    def _answer(self, response: httpx2.Response, text: str) -> Result:
        headers = {name.lower(): value for name, value in response.headers.items()}
        answer = Answer(response.status_code, headers, text)
        if not answer.is_fine:
            return answer
        try:
            return Answer(answer.status, headers, json.loads(answer.body))
        except (ValueError, RecursionError):
            return Lost(garbled(self._address.identity))
