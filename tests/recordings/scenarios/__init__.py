"""All scenarios, by what they are about."""

from __future__ import annotations

from tests.recordings.scenarios.bibliographies import BIBLIOGRAPHIES
from tests.recordings.scenarios.deciding import DECIDING
from tests.recordings.scenarios.failures import FAILURES
from tests.recordings.scenarios.libraries import LIBRARIES
from tests.recordings.scenarios.mending import MENDING
from tests.recordings.scenarios.papers import PAPERS
from tests.recordings.scenarios.syncing import SYNCING
from tests.recordings.scenarios.taking_back import TAKING_BACK

SCENARIOS = (
    *SYNCING,
    *DECIDING,
    *TAKING_BACK,
    *BIBLIOGRAPHIES,
    *LIBRARIES,
    *MENDING,
    *PAPERS,
    *FAILURES,
)
