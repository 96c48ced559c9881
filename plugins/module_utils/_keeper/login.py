# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""How a keeper logs in: at its own server as the member's administrator, and at the peer as the member's channel."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Dict, Optional

from .._channel_login import login_as_channel
from .._connection import Login, Session
from .._errors import Refused
from .._read.replication import read_channel, read_channel_place
from .._secret import Secret

SILENT_SECONDS = 5
"""An own server that takes longer to answer accepts no writes."""
ANSWER_SECONDS = 2
"""A peer that takes longer is taken for one that does not answer."""


def login_from(path: str) -> Login:
    """Return the login that a file of the member's administrator holds."""
    with open(path, encoding="utf-8") as file:
        values: Dict[str, Any] = json.load(file)
    password = values.pop("password", None)
    return Login(**values, password=None if password is None else Secret(password), answer_timeout=SILENT_SECONDS)


def login_of_peer(session: Session) -> Optional[Login]:
    """Return how this member's channel reaches the peer; ``None`` without one whose password can be read.

    :raises Refused: when the CA that the channel verifies the peer with cannot be read.
    """
    data_directory = session.variables()["datadir"]
    channel = read_channel(session, "", data_directory)
    if channel is None or channel.settings.source_password is None:
        return None
    login = login_as_channel(session.dialect.server, channel.settings, data_directory, ANSWER_SECONDS)
    return replace(login, answer_timeout=ANSWER_SECONDS)


def leads_elsewhere(session: Session, login: Login) -> bool:
    """Return whether this member's channel leads to another server than a login of its peer."""
    place = read_channel_place(session, "")
    return place is not None and place != (login.host, login.port)


def required_login_of_peer(session: Session) -> Login:
    """Return the same for whoever needs it.

    :raises Refused: without a channel as well.
    """
    login = login_of_peer(session)
    if login is None:
        raise Refused("This member has no channel from a peer; there is no pair whose writes could move.")
    return login
