"""Fixtures that the tests of all scenarios share; what they return is in shared/members.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from members import SECRET, Member, Run, run_playbook

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="session")
def db1() -> Member:
    return Member("db1")


@pytest.fixture(scope="session")
def db2() -> Member:
    return Member("db2")


@pytest.fixture(scope="session")
def pair(db1: Member, db2: Member) -> tuple[Member, Member]:
    return db1, db2


@pytest.fixture(params=["db1", "db2"])
def member(request: pytest.FixtureRequest) -> Member:
    """Each member of the pair in turn."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def peer(member: Member, pair: tuple[Member, Member]) -> Member:
    """The other one."""
    return next(other for other in pair if other is not member)


@pytest.fixture(scope="module")
def deploy(request: pytest.FixtureRequest) -> Callable[..., Run]:
    """Runs the playbook that the scenario converges with, with further arguments."""
    scenario = next(folder for folder in request.path.parents if folder.parent == HERE)
    return lambda *arguments: run_playbook(scenario / "converge.yml", *arguments)


@pytest.fixture(scope="session")
def secret() -> str:
    """The pair's password for replication."""
    return SECRET
