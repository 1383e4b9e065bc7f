"""Line ends of a digest, also where whole lines come and go."""

from __future__ import annotations

from tests.digest.corpus import read
from zoterodigest.core.values.record import Blocks
from zoterodigest.digest.write.edit import put_digest

QUOTED = (
    "> **A Paper about Perfectly Normal Things**\n"
    "> *CVPR 2024*, [arxiv](https://arxiv.org/abs/2401.00001)\n"
    "> Task: images\n"
    ">\n"
    "> - one\n"
    "> - two\n"
    "\n\n"
    "> **Another Paper that Has to Survive**\n"
    "> *CVPR 2024*, [arxiv](https://arxiv.org/abs/2401.00002)\n"
)


def test_the_last_bullet_taken_out_leaves_no_half_of_a_line_end() -> None:
    before = read(QUOTED.replace("\n", "\r\n").encode())

    edited = put_digest(before, {0: {"summary": Blocks(("- one",))}}, read)

    assert edited.source == QUOTED.replace("> - two\n", "").replace("\n", "\r\n").encode()
