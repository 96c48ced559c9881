"""Variables: what is set now, what waits for a restart."""

from __future__ import annotations

import random
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._plan.steps import ReloadTls, SetVariable
from ansible_collections.twoway.mysql.plugins.module_utils._plan.variables import (
    differing,
    plan_variables,
    restart_needed,
    show_variables,
)

RESTART = frozenset({"log_bin", "report_host"})
Actual = dict[str, str | None]

# Actual, wish, what is set, what waits.
TABLE: list[tuple[Actual, dict[str, Any], dict[str, Any], list[str]]] = [
    ({"sync_binlog": "1"}, {}, {}, []),
    ({"sync_binlog": "1"}, {"sync_binlog": 1}, {}, []),
    ({"sync_binlog": "1"}, {"sync_binlog": "ON"}, {}, []),
    ({"sync_binlog": "0"}, {"sync_binlog": 1}, {"sync_binlog": 1}, []),
    ({"binlog_cache_size": "32768"}, {"binlog_cache_size": "64K"}, {"binlog_cache_size": "64K"}, []),
    ({"binlog_cache_size": "65536"}, {"binlog_cache_size": "64K"}, {}, []),
    ({"report_host": ""}, {"report_host": "198.51.100.1"}, {}, ["report_host"]),
    ({"report_host": "198.51.100.1"}, {"report_host": "198.51.100.1"}, {}, []),
    ({"log_bin": "ON"}, {"log_bin": True}, {}, []),
    ({"log_bin": "OFF"}, {"log_bin": True}, {}, ["log_bin"]),
    ({}, {"rpl_semi_sync_source_enabled": True}, {}, ["rpl_semi_sync_source_enabled"]),
    ({}, {"rpl_semi_sync_source_enabled": False}, {}, []),
    ({"a": None}, {"a": 1}, {}, ["a"]),
    ({"init_connect": ""}, {"init_connect": "SELECT 1"}, {"init_connect": "SELECT 1"}, []),
]


@pytest.mark.parametrize(("actual", "wish", "now", "later"), TABLE)
def test_variables(actual: Actual, wish: dict[str, Any], now: dict[str, Any], later: list[str]) -> None:
    plan = plan_variables(actual, wish, RESTART)
    assert {step.variable: step.value for step in plan.steps if isinstance(step, SetVariable)} == now
    assert restart_needed(actual, wish, RESTART) == later
    if not now:
        assert plan.after == show_variables(actual, wish)


def test_option_alone() -> None:
    """The server has no variable for it: it has it once it was started with it."""
    actual: Actual = {"log_bin": "OFF"}
    wish = {"log_bin": True, "default_time_zone": "SYSTEM"}
    assert restart_needed(actual, wish, RESTART, {"default_time_zone", "log_bin"}) == ["log_bin"]
    assert restart_needed(actual, wish, RESTART) == ["log_bin", "default_time_zone"]


def test_differing_variables_are_those_that_the_server_has() -> None:
    assert differing({"a": "1", "b": "", "c": None}, {"a": "ON", "b": 1, "c": 1, "d": 1}) == ["b"]


TLS_WISH = {"ssl_ca": "/t/ca.pem", "ssl_cert": "/t/cert.pem", "sync_binlog": 1}
SET: Actual = {"ssl_ca": "/t/ca.pem", "ssl_cert": "/t/cert.pem", "sync_binlog": "1"}
IN_USE: Actual = {"current_tls_ca": "/t/ca.pem", "current_tls_cert": "/t/cert.pem", "current_tls_key": "other.pem"}


@pytest.mark.parametrize(
    ("actual", "steps"),
    [
        ({**SET, **IN_USE}, []),
        # One that does not tell, or has no such thing.
        (SET, []),
        # Set by a run that was killed then.
        ({**SET, **IN_USE, "current_tls_cert": "server-cert.pem"}, [ReloadTls("new sessions get server-cert.pem")]),
        (
            {**SET, **IN_USE, "current_tls_cert": "/t/cert.pem as it was"},
            [ReloadTls("new sessions get /t/cert.pem as it was")],
        ),
        (
            {**SET, **IN_USE, "ssl_ca": "", "current_tls_ca": ""},
            [SetVariable("it is empty", "ssl_ca", "/t/ca.pem"), ReloadTls("new sessions get none")],
        ),
        ({**SET, **IN_USE, "sync_binlog": "0"}, [SetVariable("it is 0", "sync_binlog", 1)]),
    ],
)
def test_certificates_are_taken_into_use_once_they_are_set(actual: Actual, steps: list[Any]) -> None:
    plan = plan_variables(actual, TLS_WISH, RESTART)
    assert plan.steps == steps
    told = IN_USE if "current_tls_ca" in actual else {}
    assert plan.after == show_variables({**SET, **told}, TLS_WISH)
    assert "current_tls_key" not in plan.after


def test_certificates_that_wait_for_a_restart_are_not_reloaded() -> None:
    actual: Actual = {"ssl_cert": "", "current_tls_cert": ""}
    assert plan_variables(actual, {"ssl_cert": "/t/cert.pem"}, frozenset({"ssl_cert"})).steps == []


@pytest.mark.parametrize("seed", range(50))
def test_interrupted_plans_end_the_same(seed: int) -> None:
    rng = random.Random(seed)
    names = ["sync_binlog", "read_only", "report_host", "x"]
    actual: Actual = {name: rng.choice(["0", "1", "2"]) for name in names}
    wish = {name: rng.choice([0, 1, 2, "ON", "OFF"]) for name in names if rng.random() < 0.7}
    plan = plan_variables(actual, wish, RESTART)
    for done in range(len(plan.steps) + 1):
        state = dict(actual)
        for step in [*plan.steps[:done], *plan.steps]:
            assert isinstance(step, SetVariable)
            state[step.variable] = str(step.value)
        assert show_variables(state, wish) == plan.after
        assert plan_variables(state, wish, RESTART).steps == []
