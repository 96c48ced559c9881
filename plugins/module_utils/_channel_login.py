# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""How to log in at the source of a channel as the channel itself does, from the channel's own host."""

from __future__ import annotations

import os

from ._connection import Login
from ._dialect.features import Server
from ._errors import Refused
from ._state.channel import ChannelSettings


def login_as_channel(server: Server, settings: ChannelSettings, data_directory: str, timeout_seconds: int) -> Login:
    """Return a login with the channel's account, which tells the password to no one but whom the channel would.

    :param server: the one that has the channel.
    :param data_directory: where that server looks for a file whose path does not begin with a slash.
    :raises Refused: when the channel's CA cannot be read here, so that nobody can tell who the source is.
    """
    ca_cert = os.path.join(data_directory, settings.tls_ca) if settings.tls and settings.tls_ca else None
    if ca_cert and not os.access(ca_cert, os.R_OK):
        raise Refused("The CA of the channel, %s, cannot be read; its source is not told the password." % ca_cert)
    verifies = bool(settings.tls and settings.tls_verify)
    # The driver cannot verify as such a channel does, by what the password proves: it keeps the password to itself.
    by_password = verifies and not ca_cert and server.supports("verify_without_ca")
    return Login(
        user=settings.source_user or "",
        password=settings.source_password,
        host=settings.source_host,
        port=settings.source_port or 3306,
        tls=bool(settings.tls),
        ca_cert=ca_cert,
        check_hostname=verifies and not by_password,
        withholds_password=by_password,
        connect_timeout=timeout_seconds,
    )
