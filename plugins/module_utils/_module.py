# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""What all modules share: options, one session, one way from a wish to a result, one place where errors end."""

from __future__ import annotations

import os
import pwd
from typing import Any, Callable, Dict, Mapping, Optional, Type, TypeVar

from ansible.module_utils.basic import AnsibleModule

from ._argspec import ArgumentSpec, login_options
from ._connection import Login, Session, connect
from ._errors import TwowayError
from ._executor import Action, Executor
from ._plan.steps import Plan, Step
from ._secret import MASK, Secret

State = TypeVar("State")


class Module(AnsibleModule):
    """A module whose log of its options masks a secret in an option's suboptions as well.

    They are logged as Python prints them. A secret with a backslash, or with both quotes, is escaped then, and
    ``AnsibleModule``, which looks for the secret as it is, lets it through.
    """

    def log(self, msg: Any, log_args: Optional[Dict[str, Any]] = None) -> None:
        """Log a message, without the escaped forms of what has to be masked."""
        masked = {name: self._masked(value) for name, value in (log_args or {}).items()}
        super().log(self._masked(msg), log_args=masked)

    def _masked(self, text: Any) -> Any:
        if isinstance(text, str):
            for secret in self.no_log_values:
                text = text.replace(repr(secret)[1:-1], MASK)
        return text


def login_of(params: Mapping[str, Any]) -> Login:
    """Return the login that the options of the fragment ``login`` describe."""
    password = params["login_password"]
    return Login(
        user=params["login_user"],
        password=None if password is None else Secret(password),
        host=params["login_host"],
        port=params["login_port"],
        unix_socket=params["login_unix_socket"],
        config_file=params["config_file"],
        ca_cert=params["ca_cert"],
        client_cert=params["client_cert"],
        client_key=params["client_key"],
        check_hostname=params["check_hostname"],
        connect_timeout=params["connect_timeout"],
    )


def remote_login_of(params: Mapping[str, Any], place: str) -> Login:
    """Return the login at another server, over TLS, that the options of a module describe.

    :param place: with which word their names begin: ``source`` or ``donor``.
    """
    return Login(
        user=params[place + "_user"],
        password=Secret(params[place + "_password"]),
        host=params[place + "_host"],
        port=params[place + "_port"],
        ca_cert=params[place + "_ca_cert"],
        tls=True,
    )


def describe_server(session: Session) -> Dict[str, str]:
    """Return flavor and version, as every result carries them."""
    server = session.dialect.server
    return {"flavor": server.flavor, "version": server.version_text}


def run_module(spec: ArgumentSpec, main: Callable[[Module], Dict[str, Any]]) -> None:
    """Run a module: parse the options, call ``main`` for the result, turn every failure into a clean error."""
    merged = login_options().merged(spec)
    module = Module(
        argument_spec=merged.options,
        required_together=merged.required_together,
        required_if=merged.required_if,
        mutually_exclusive=merged.mutually_exclusive,
        supports_check_mode=True,
    )
    try:
        result = main(module)
    except TwowayError as error:
        module.fail_json(msg=error.message, **error.details)
    except PermissionError as error:
        if error.filename is None:
            raise
        module.fail_json(msg=describe_denial(error))
    module.exit_json(**result)


def describe_denial(error: PermissionError) -> str:
    """Return what is missing where the host keeps a file of the collection or of the server from a module."""
    try:
        user = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        user = "user %d" % os.geteuid()
    return (
        "%s is not for %s, as whom this module runs: %s. It has to run as root on the host: set become: true"
        " (pair_become: true for the playbooks)." % (error.filename, user, (error.strerror or str(error)).lower())
    )


def run_session_module(spec: ArgumentSpec, main: Callable[[Module, Session], Dict[str, Any]]) -> None:
    """Run a module that needs a session on the server for all it does."""

    def with_session(module: Module) -> Dict[str, Any]:
        session = connect(login_of(module.params))
        try:
            return {"server": describe_server(session), **main(module, session)}
        finally:
            session.close()

    run_module(spec, with_session)


def reconcile(
    module: AnsibleModule,
    session: Session,
    read: Callable[[], State],
    plan: Callable[[State], Plan],
    show: Callable[[State], Any],
    actions: Optional[Mapping[Type[Step], Action]] = None,
    local_write: bool = False,
) -> Dict[str, Any]:
    """Return the result of bringing a state to the wished one.

    The state is read, planned for, changed, and read again; a state that is then not the planned one is a failure.

    :param show: returns what people may see of a state, in the shape of ``Plan.after``.
    :raises TwowayError: with the record of the steps and the state that was found after the failure.
    """
    before = read()
    planned = plan(before)
    executor = Executor(session, module.check_mode, actions, local_write)
    try:
        executor.run(planned.steps)
        if planned.steps and not module.check_mode:
            found = show(read())
            if found != planned.after:
                raise TwowayError(
                    "The server accepted every step, and yet its state is not the planned one: %s instead of %s."
                    % (_differences(found, planned.after), _differences(planned.after, found)),
                    state=found,
                )
    except TwowayError as error:
        error.details.setdefault("state", _read_after_failure(read, show))
        error.details.update(steps=executor.record, changed=any(step["executed"] for step in executor.record))
        raise
    for warning in planned.warnings:
        module.warn(warning)
    return {
        "changed": bool(planned.steps),
        "steps": executor.record,
        "diff": {"before": show(before), "after": planned.after},
    }


def _differences(one: Any, other: Any) -> Any:
    if not isinstance(one, dict) or not isinstance(other, dict):
        return one
    return {key: value for key, value in one.items() if other.get(key) != value}


def _read_after_failure(read: Callable[[], State], show: Callable[[State], Any]) -> Any:
    try:
        return show(read())
    except TwowayError:
        return None
