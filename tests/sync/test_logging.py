"""A run logs its phases and batches, and nothing that a note holds."""

from __future__ import annotations

import logging

import pytest

from tests.sync.world import World

DIGEST = """# Papers

- **Attention Is All You Need** [arXiv](https://arxiv.org/abs/1706.03762)
  - A sentence of the summary.
"""


def test_a_run_logs_its_phases_and_the_kinds_of_each_batch_but_no_content(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    world.markdown("papers.md", DIGEST)

    world.push()

    sync = [one for one in caplog.records if one.name.startswith("zoterodigest.sync.")]
    phases = [one.getMessage() for one in sync if one.levelno == logging.INFO]
    batches = [one.getMessage() for one in sync if one.levelno == logging.DEBUG]
    assert [text.split()[0] for text in phases] == [
        *("Read", "Read", "Planned", "Writing", "Writing", "Recorded")
    ]
    assert phases[0] == "Read 1 digests and 0 bibliographies"
    assert phases[-1] == "Recorded run 1"
    assert any(text.startswith("Sending 1 new ") for text in batches)
    assert "Attention" not in "".join((*phases, *batches))
