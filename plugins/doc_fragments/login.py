# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """How to reach a server; the options are made by C(login_options) in module_utils/_argspec.py."""

    DOCUMENTATION = r"""
options:
  login_user:
    description: Account to log in with.
    type: str
    default: root
  login_password:
    description: Password of O(login_user). Not needed where the server trusts the operating system's user over the socket.
    type: str
  login_host:
    description: Address of the server. Without it, the connection goes over the local socket.
    type: str
  login_port:
    description: TCP port of the server; used together with O(login_host).
    type: int
    default: 3306
  login_unix_socket:
    description: Path of the local socket. By default the first that exists of the usual places.
    type: path
  config_file:
    description:
      - Option file of a client. What its group C([client]) says of C(user), C(password), C(host), C(port) and C(socket) counts where the other
        options do not; that O(login_user) is C(root) and O(login_port) 3306 counts as nothing said.
    type: path
  ca_cert:
    description: CA certificate (PEM) that the server's certificate must be signed with.
    type: path
  client_cert:
    description: Client certificate (PEM).
    type: path
  client_key:
    description: Private key (PEM) of O(client_cert).
    type: path
  check_hostname:
    description: Whether the server's certificate must be made out to O(login_host). By default yes if O(ca_cert) is given.
    type: bool
  connect_timeout:
    description: Seconds to wait for the connection.
    type: int
    default: 30
requirements:
  - PyMySQL on the host the module runs on (Debian and Ubuntu package python3-pymysql)
"""
