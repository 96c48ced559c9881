"""The flavor and the members that the tables of this folder are tried on."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import figures
import labkit
import pair
import playbook
import pytest
from checkout import COLLECTIONS

# Some tests judge with the collection's own filter what the members tell.
sys.path.insert(0, str(COLLECTIONS))


@pytest.fixture(scope="session")
def flavor() -> str:
    """The flavor named by FLAVOR, as the Makefile does."""
    return os.environ.get("FLAVOR", "mariadb")


@pytest.fixture(scope="session", autouse=True)
def frozen_collection() -> Iterator[None]:
    """One state of the checkout for all tests."""
    with playbook.frozen_collection():
        yield


@pytest.fixture(scope="module")
def client(flavor: str) -> str:
    """The family of the servers of the pair that the tests of a file share."""
    pair.fresh_pair(flavor)
    done = playbook.run()
    assert done.exit_code == 0, done.output
    return labkit.FLAVORS[flavor].client


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how long things took."""
    if figures.line():
        terminalreporter.write_line(figures.line())
