"""`lint`, `formats learn` and `convert`."""

from __future__ import annotations

from tests.recordings.scenario import Run, Scenario
from tests.recordings.scenarios.texts import CONFIGURED, LENSES, SOUP, WEATHER, digest

_ODD = digest(
    LENSES,
    SOUP.replace("cooking", "Astronomy"),
    WEATHER.replace("It rains iron.", "It doesnâ€™t rain iron."),
    LENSES.replace("astronomy", "Astronomy"),
)

_ODD_LIST = """\
# Papers

» Attention Is All You Need ‹NeurIPS, 2017› → https://arxiv.org/abs/1706.03762
» Deep Residual Learning for Image Recognition ‹CVPR, 2016› → https://arxiv.org/abs/1512.03385
» Adam: A Method for Stochastic Optimization → https://arxiv.org/abs/1412.6980
» Mask R-CNN ‹ICCV, 2017› → https://arxiv.org/abs/1703.06870

A word at the end.
"""

MENDING = (
    Scenario(
        "formats-learn",
        "A format is proposed for a list that no format reads, and written beside it.",
        {"list.md": _ODD_LIST},
        (
            Run("formats learn list.md --dry-run"),
            Run("formats learn list.md --yes"),
            Run("inspect list.md"),
        ),
    ),
    Scenario(
        "lint",
        "What looks wrong in a digest is shown; what is beyond doubt is mended, and can be undone.",
        {"papers.md": _ODD, "zoterodigest.toml": CONFIGURED},
        (
            Run("lint"),
            Run("lint --fix --dry-run"),
            Run("lint --fix"),
            Run("lint --report github"),
            Run("undo --yes"),
        ),
    ),
    Scenario(
        "convert",
        "A digest is converted beside itself and in its own place, which can be undone.",
        {"papers.md": digest(LENSES, SOUP), "zoterodigest.toml": CONFIGURED},
        (
            Run("convert papers.md --to list"),
            Run("convert papers.md --to table --output table.md"),
            Run("convert papers.md --to list --output papers.md"),
            Run("convert papers.md --to list --output papers.md --overwrite"),
            Run("undo --yes"),
        ),
    ),
)
