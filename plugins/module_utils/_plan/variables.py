# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Plans global variables: what can be set on the running server, and what has to wait for a restart."""

from __future__ import annotations

from typing import Any, Container, Dict, FrozenSet, List, Mapping, Optional

from .._state.variables import TLS_IN_USE, normalize_value, same_value
from .steps import Plan, ReloadTls, SetVariable, Step


def restart_needed(
    actual: Mapping[str, Optional[str]],
    desired: Mapping[str, Any],
    restart_variables: FrozenSet[str],
    in_force: Container[str] = (),
) -> List[str]:
    """Return the variables that differ and cannot be set while the server runs.

    One that the server does not know (its plugin is not loaded yet, or it is an option alone) is among them, unless it
    is to be off anyway.

    :param in_force: the ones that a server may not know, since it was started with them.
    """
    return [
        name
        for name, wanted in desired.items()
        if (name not in in_force if actual.get(name) is None else name in restart_variables)
        and not _is_same(actual.get(name), wanted)
    ]


def differing(actual: Mapping[str, Optional[str]], desired: Mapping[str, Any]) -> List[str]:
    """Return the variables that the server has with another value."""
    return [
        name for name, wanted in desired.items() if actual.get(name) is not None and not _is_same(actual[name], wanted)
    ]


def plan_variables(
    actual: Mapping[str, Optional[str]], desired: Mapping[str, Any], restart_variables: FrozenSet[str]
) -> Plan:
    """Return the steps for what differs and can be set now; what needs a restart stays as it is.

    What TLS is made of is taken into use after that, where the server tells that it is not.
    """
    waiting = restart_needed(actual, desired, restart_variables)
    changes = {
        name: wanted
        for name, wanted in desired.items()
        if name not in waiting and not _is_same(actual.get(name), wanted)
    }
    steps: List[Step] = [
        SetVariable("it is %s" % (actual[name] or "empty"), name, wanted) for name, wanted in changes.items()
    ]
    after = {name: normalize_value(changes.get(name, actual.get(name))) for name in desired}
    in_use = {told: name for name, told in TLS_IN_USE.items() if name in desired and told in actual}
    old = [told for told, name in in_use.items() if not same_value(actual[told], after[name])]
    if old:
        reason = "new sessions get %s" % ", ".join(actual[told] or "none" for told in old)
        steps.append(ReloadTls(reason))
    return Plan({**after, **{told: after[name] for told, name in in_use.items()}}, steps)


def show_variables(actual: Mapping[str, Optional[str]], desired: Mapping[str, Any]) -> Dict[str, Any]:
    """Return the wished variables as they are, in the spelling that plans use, and what of TLS is in use."""
    in_use = [TLS_IN_USE[name] for name in desired if TLS_IN_USE.get(name) in actual]
    return {name: normalize_value(actual.get(name)) for name in [*desired, *in_use]}


def _is_same(have: Optional[str], wanted: Any) -> bool:
    return wanted is False if have is None else same_value(have, wanted)
