"""`lint`."""

from __future__ import annotations

from tests.recordings.scenario import Run, Scenario
from tests.recordings.scenarios.texts import CONFIGURED, LENSES, SOUP, WEATHER, digest

_ODD = digest(
    LENSES,
    SOUP.replace("cooking", "Astronomy"),
    WEATHER.replace("It rains iron.", "It doesnâ€™t rain iron."),
    LENSES.replace("astronomy", "Astronomy"),
)

MENDING = (
    Scenario(
        "lint",
        "What looks wrong in a digest is shown; what is beyond doubt is mended, and can be undone.",
        {"papers.md": _ODD, "zoterodigest.toml": CONFIGURED},
        (
            Run("lint"),
            Run("lint --fix --dry-run"),
            Run("lint --fix"),
            Run("lint --format github"),
            Run("undo --yes"),
        ),
    ),
)
