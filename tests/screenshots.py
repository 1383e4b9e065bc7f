"""The documentation's pictures of pages in a browser, made in Chromium by `make pictures`."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from tests.cli.browsers import Browser, chromium
from tests.cli.conftest import EXAMPLES
from tests.pictures import DIGEST, a_terminal, command
from tests.terminal import CTRL_C


def screenshots(folder: Path) -> Mapping[str, bytes]:
    """Return the pictures by file name, made of two short sessions in an empty `folder`."""
    with chromium(folder) as browser:
        return {
            "review.webp": _review(folder / "papers", browser),
            "stats.webp": _stats(folder / "lists", browser),
        }


def _review(folder: Path, browser: Browser) -> bytes:
    """Show a title that was edited in the digest and in the library."""
    folder.mkdir()
    digest, terminal = folder / "papers.md", a_terminal(folder)
    digest.write_text(DIGEST, encoding="utf-8")
    terminal.run(command("push papers.md --offline"))
    edited = DIGEST.replace(
        "Denoising Diffusion Probabilistic Models", "Denoising Diffusion (DDPM)"
    )
    digest.write_text(edited, encoding="utf-8")
    terminal.run(command("set diffusion title='Denoising Diffusion Models'"))
    with terminal.running(command("review papers.md --no-browser")) as program:
        browser.open(program.until(r"http://\S+(?=\n)"))
        picture = browser.small_picture(1000, 720)
        program.type(CTRL_C)
        program.end()
    return picture


def _stats(folder: Path, browser: Browser) -> bytes:
    """Show what the example digests hold."""
    folder.mkdir()
    names = [Path(shutil.copy(path, folder)).name for path in sorted(EXAMPLES.glob("*.md"))]
    terminal = a_terminal(folder)
    terminal.run(command(f"push {' '.join(names)} --offline --yes"))
    shown = terminal.run(command("stats --html stats.html"))
    assert shown.code == 0, shown.text
    browser.open((folder / "stats.html").as_uri())
    return browser.small_picture(1000, 680)
