"""What every test may ask for: the shared example files, the tools that need Node, and a store on either database."""

import os
import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

from tests.postgresql import Cluster, postgresql_missing

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"
STRICT = os.environ.get("CLAIMS_CI") == "1"

# No test is timed: how long an example takes depends on the machine and on what else it does.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def node_missing() -> str | None:
    """Say which of the Node tools is missing, or None where all are here."""
    if shutil.which("node") is None:
        return "Node.js is not installed"
    for tool in ("anvil", "cast"):
        if not (ROOT / "node_modules" / ".bin" / tool).exists():
            return f"node_modules lacks {tool}: run `make node`"
    if not (ROOT / "node_modules" / "solc").is_dir():
        return "node_modules lacks solc: run `make node`"
    return None


NEEDS = {"node": node_missing, "postgresql": postgresql_missing}
"""Markers of tests that need more than Python, and what says that it is not there."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what needs Node or PostgreSQL where it is missing; in CI that is a failure and not a skip."""
    if STRICT:
        return
    for marker, missing in NEEDS.items():
        reason = missing()
        for item in items if reason is not None else []:
            if marker in item.keywords:
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(autouse=True)
def _all_in_ci(request: pytest.FixtureRequest) -> None:
    """In CI a test that needs Node or PostgreSQL fails, with the reason, where it is missing."""
    for marker, missing in NEEDS.items():
        if STRICT and request.node.get_closest_marker(marker) is not None:
            reason = missing()
            if reason is not None:
                pytest.fail(reason)


@pytest.fixture(scope="session")
def postgresql_cluster() -> Iterator[Cluster]:
    """PostgreSQL, thrown away with the run; each worker of a parallel run has its own. For tests marked `postgresql`."""
    cluster = Cluster()
    yield cluster
    cluster.stop()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def new_store_place(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Names a place for one more new store at each call, as `open_store` takes it: a test that asks runs on both databases."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgresql_cluster").place
    numbers = count(1)
    return lambda: str(tmp_path / f"store-{next(numbers)}.sqlite")


@pytest.fixture
def store_place(new_store_place: Callable[[], str]) -> str:
    """A place for one new store: a test that asks runs on both databases."""
    return new_store_place()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of example files that nobody in this project wrote; a test that asks is skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"the shared example files are not at {SHARED.parent.name}/{SHARED.name} beside the project")
    return SHARED


def pytest_configure(config: pytest.Config) -> None:
    """In CI, remember every skip: what the machine can run is run."""
    if STRICT and not hasattr(config, "workerinput"):
        config.pluginmanager.register(SkipsFail(), "skips-fail")


class SkipsFail:
    """Turn a skip into a failure of the whole run, unless the shared example files are what is missing."""

    def __init__(self) -> None:
        self.skipped: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a skip that has no excuse."""
        if (
            report.skipped
            and not hasattr(report, "wasxfail")
            and (SHARED.is_dir() or "shared" not in str(report.longrepr))
        ):
            self.skipped.append(report.nodeid)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail where something was skipped."""
        if self.skipped:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say which tests did not run."""
        for test in self.skipped:
            terminalreporter.write_line(f"not run, although this machine can: {test}", red=True)
