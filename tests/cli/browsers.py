"""A real browser without a window, driven as a person drives it; None where there is none.

The W3C's WebDriver protocol is JSON over HTTP, so that nothing but the browser and its driver need
be installed.
"""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from socket import create_server
from typing import Any

import requests

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
"""The name under which the protocol hands out elements."""

DRIVER = shutil.which("chromedriver")
BROWSER = shutil.which("chromium") or shutil.which("google-chrome")

_ARGUMENTS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
    *("--disable-background-networking", "--no-first-run", "--lang=en-US"),
)


class Browser:
    """One window of a browser."""

    def __init__(self, session: str) -> None:
        self._session = session

    def open(self, url: str) -> None:
        """Go to an address and wait until the page is there."""
        self._ask("POST", "url", {"url": url})

    @property
    def url(self) -> str:
        """The address of the page."""
        return str(self._ask("GET", "url"))

    def find(self, css: str) -> list[Any]:
        """Return the elements that a selector names."""
        found = self._ask("POST", "elements", {"using": "css selector", "value": css})
        return [one[ELEMENT] for one in found]

    def click(self, css: str) -> None:
        """Click the first element that a selector names, as a person does."""
        self._ask("POST", f"element/{self.find(css)[0]}/click", {})

    def type(self, css: str, text: str) -> None:
        """Type into the first element that a selector names, instead of what stands there."""
        element = self.find(css)[0]
        self._ask("POST", f"element/{element}/clear", {})
        self._ask("POST", f"element/{element}/value", {"text": text})

    def press(self, *keys: str) -> None:
        """Press keys one after the other, wherever the focus is."""
        strokes = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        typed = {"type": "key", "id": "keyboard", "actions": strokes}
        self._ask("POST", "actions", {"actions": [typed]})

    def text(self, css: str = "body") -> str:
        """Return what a person reads in the first element that a selector names."""
        return str(self._ask("GET", f"element/{self.find(css)[0]}/text"))

    def run(self, script: str, *arguments: Any) -> Any:
        """Return what a script returns, which the page's own rules don't stop."""
        return self._ask("POST", "execute/sync", {"script": script, "args": list(arguments)})

    def await_script(self, script: str) -> Any:
        """Return what a script hands to its last argument."""
        return self._ask("POST", "execute/async", {"script": script, "args": []})

    def resize(self, width: int, height: int) -> None:
        """Make the window so large."""
        self._ask("POST", "window/rect", {"width": width, "height": height})

    def picture(self, path: Path) -> None:
        """Keep a picture of what the window shows."""
        path.write_bytes(base64.b64decode(self._ask("GET", "screenshot")))

    def devtools(self, command: str, **parameters: Any) -> Any:
        """Ask the browser itself, as its developers' tools do."""
        return self._ask("POST", "goog/cdp/execute", {"cmd": command, "params": parameters})

    def _ask(self, method: str, path: str, data: Any = None) -> Any:
        answer = requests.request(method, f"{self._session}/{path}", json=data, timeout=60).json()
        value = answer["value"]
        if isinstance(value, dict) and "error" in value:
            raise AssertionError(f"{path}: {value['error']}: {value['message']}")
        return value


@contextmanager
def chromium(folder: Path, *arguments: str) -> Iterator[Browser]:
    """Give a window of Chromium, which keeps what it keeps in `folder`."""
    assert DRIVER
    assert BROWSER
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    started = subprocess.Popen(
        [DRIVER, f"--port={port}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "HOME": str(folder), "TMPDIR": str(folder)},
    )
    base = f"http://127.0.0.1:{port}"
    try:
        _wait(base)
        answer = requests.post(f"{base}/session", json=_wanted(folder, arguments), timeout=60)
        session = f"{base}/session/{answer.json()['value']['sessionId']}"
        try:
            yield Browser(session)
        finally:
            requests.delete(session, timeout=60)
    finally:
        started.terminate()
        started.wait(30)


def _wanted(folder: Path, arguments: Sequence[str]) -> dict[str, Any]:
    given = [*_ARGUMENTS, f"--user-data-dir={folder / 'profile'}", *arguments]
    options = {"binary": BROWSER, "args": given}
    return {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}}


def _wait(base: str) -> None:
    with requests.Session() as session:
        session.mount("http://", requests.adapters.HTTPAdapter(max_retries=_patient()))
        assert session.get(f"{base}/status", timeout=60).ok


def _patient() -> Any:
    from urllib3.util import Retry

    return Retry(total=None, connect=40, backoff_factor=0.05, backoff_max=1)
