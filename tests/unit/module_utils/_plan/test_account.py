"""Plans of accounts, carried out on a table of accounts."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._errors import Refused
from ansible_collections.twoway.mysql.plugins.module_utils._plan import steps as do
from ansible_collections.twoway.mysql.plugins.module_utils._plan.account import (
    DesiredAccount,
    plan_account,
    plan_accounts,
    show_account,
)
from ansible_collections.twoway.mysql.plugins.module_utils._secret import Secret
from ansible_collections.twoway.mysql.plugins.module_utils._state.account import Account, AccountName

NAME = AccountName("repl", "10.0.0.%")
ALL = "ALL PRIVILEGES"
PRIVILEGES = ["REPLICATION SLAVE", "PROCESS", "SELECT"]


def stored(password: str) -> str:
    return "*" + hashlib.sha1(hashlib.sha1(password.encode()).digest()).hexdigest().upper()


def account(password: str = "one", tls: bool = True, *privileges: str) -> Account:
    return Account(NAME, "mysql_native_password", stored(password), tls, frozenset(privileges))


def wish(password: str | None = "one", tls: bool = True, *privileges: str, present: bool = True) -> DesiredAccount:
    return DesiredAccount(NAME, present, Secret(password) if password else None, tls, frozenset(privileges))


def run(actual: Account | None, step: do.Step) -> Account | None:
    """Return the account after a step, as a server would leave it."""
    if isinstance(step, do.CreateAccount):
        assert actual is None
        return account(step.password.reveal(), step.require_tls)
    assert actual is not None
    if isinstance(step, do.SetPassword):
        return replace(actual, authentication_string=stored(step.password.reveal()))
    if isinstance(step, do.AddPassword):
        former = (actual.plugin, step.kept.reveal())
        return replace(actual, authentication_string=stored(step.password.reveal()), former_logins=(former,))
    if isinstance(step, do.DiscardFormerLogin):
        return replace(actual, former_logins=())
    if isinstance(step, do.SetTlsRequirement):
        return replace(actual, requires_tls=step.require_tls)
    if isinstance(step, do.GrantPrivileges):
        # Beside all privileges a single one is not to be seen.
        more = frozenset() if ALL in actual.privileges else frozenset(step.privileges)
        return replace(actual, privileges=actual.privileges | more)
    if isinstance(step, do.RevokePrivileges):
        left = actual.privileges & {"GRANT OPTION"} if ALL in step.privileges else actual.privileges
        return replace(actual, privileges=left - frozenset(step.privileges))
    assert isinstance(step, do.DropAccount)
    return None


def some_privileges(rng: random.Random) -> list[str]:
    return rng.sample(PRIVILEGES, rng.randint(0, 3))


def some_account(rng: random.Random) -> Account | None:
    if rng.random() < 0.2:
        return None
    privileges = [ALL] if rng.random() < 0.2 else some_privileges(rng)
    grant_option = ["GRANT OPTION"] if rng.random() < 0.2 else []
    return account(rng.choice(["one", "two"]), rng.random() < 0.5, *privileges, *grant_option)


@pytest.mark.parametrize("seed", range(300))
def test_interrupted_plans_end_the_same(seed: int) -> None:
    rng = random.Random(seed)
    start = some_account(rng)
    password = rng.choice(["one", None]) if start else "one"
    desired = wish(password, rng.random() < 0.5, *some_privileges(rng), present=rng.random() < 0.8)
    plan = plan_account(start, desired)
    states = [start]
    for step in plan.steps:
        states.append(run(states[-1], step))
    assert show_account(states[-1], desired) == plan.after
    for state in states:
        end = state
        again = plan_account(state, desired)
        for step in again.steps:
            end = run(end, step)
        assert end == states[-1]
        assert plan_account(end, desired).steps == []


# Actual, wish, steps.
TABLE = [
    (None, wish(present=False), ""),
    (None, wish("one", True), "create_account"),
    (None, wish("one", True, "SELECT"), "create_account grant_privileges"),
    (account(), wish(present=False), "drop_account"),
    (account(), wish(), ""),
    (account(), wish(None), ""),
    (account("two"), wish(), "set_password"),
    (account("two"), wish(None), ""),
    (account("one", False), wish(), "set_tls_requirement"),
    (account("one", True), wish("one", False), "set_tls_requirement"),
    (account(), wish("one", True, "SELECT"), "grant_privileges"),
    (account("one", True, "SELECT"), wish(), "revoke_privileges"),
    (account("one", True, ALL), wish("one", True, "SELECT"), "revoke_privileges grant_privileges"),
    (account("two", False, "PROCESS"), wish("one", True, "SELECT"),
     "set_password set_tls_requirement revoke_privileges grant_privileges"),
]  # fmt: skip


@pytest.mark.parametrize(("actual", "desired", "steps"), TABLE)
def test_steps(actual: Account | None, desired: DesiredAccount, steps: str) -> None:
    assert " ".join(step.name for step in plan_account(actual, desired).steps) == steps


@pytest.mark.parametrize("stop", range(5))
@pytest.mark.parametrize("last", ["old", "new"])
def test_a_channel_is_never_refused_while_its_password_changes(stop: int, last: str) -> None:
    """The change is interrupted after a step, and done again with one of both passwords, to the end."""
    actual: Account | None = account("old")
    channel, taken = "old", 0
    for password, most in (("new", stop), (last, 99)):
        taken = 0
        for former in ("keep", "channel", "discard"):
            if former == "channel" and taken < most:
                channel, taken = password, taken + 1
                continue
            desired = replace(wish(password), former_login=former)
            plan = plan_account(actual, desired) if former != "channel" else None
            for step in plan.steps if plan else []:
                if taken < most:
                    actual, taken = run(actual, step), taken + 1
                    assert actual
                    assert stored(channel) in {actual.authentication_string, *(way[1] for way in actual.former_logins)}
            if plan and taken < most:
                assert show_account(actual, desired) == plan.after
    assert (channel, actual) == (last, account(last))


@pytest.mark.parametrize("former", ["leave", "keep", "discard"])
def test_an_account_without_a_password_to_keep_is_not_made_with_the_wished_one_alone(former: str) -> None:
    desired = replace(wish(), former_login=former)
    if former == "keep":
        with pytest.raises(Refused, match="deploy_pair"):
            plan_account(None, desired)
    else:
        assert [step.name for step in plan_account(None, desired).steps] == ["create_account"]


def test_a_third_password_waits_for_the_change_that_is_under_way() -> None:
    under_way = replace(account("new"), former_logins=(("mysql_native_password", stored("old")),))
    with pytest.raises(Refused, match="finish it first"):
        plan_account(under_way, replace(wish("third"), former_login="keep"))


def test_nothing_is_added_to_a_password_that_cannot_be_compared() -> None:
    with pytest.raises(Refused, match="Nothing can be added"):
        plan_account(replace(account(), plugin="ed25519"), replace(wish(), former_login="keep"))


def test_no_password_no_account() -> None:
    with pytest.raises(Refused, match="cannot be created"):
        plan_account(None, wish(None))


def test_unreadable_password_is_left_alone_with_a_warning() -> None:
    plan = plan_account(replace(account(), plugin="ed25519"), wish("two"))
    assert plan.steps == []
    assert "ed25519" in plan.warnings[0]


def test_account_without_password_gets_one() -> None:
    for plugin in ("caching_sha2_password", "mysql_native_password"):
        plan = plan_account(replace(account(), plugin=plugin, authentication_string=""), wish())
        assert [step.name for step in plan.steps] == ["set_password"]


def test_several_accounts_one_plan() -> None:
    plan = plan_accounts([None, account()], [wish(), wish(present=False)])
    assert [step.name for step in plan.steps] == ["create_account", "drop_account"]
    assert [bool(after) for after in plan.after] == [True, False]


def test_plans_keep_secrets() -> None:
    assert "s3cret" not in repr(plan_account(None, wish("s3cret", True, "SELECT")))
