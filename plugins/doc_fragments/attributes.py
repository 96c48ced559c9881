# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What all modules of the collection support."""

    DOCUMENTATION = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/twoway.mysql.all) in C(module_defaults) to set the login options for all modules at once.
    support: full
    membership:
      - twoway.mysql.all
  check_mode:
    description: Can run in check mode and then tells what it would do without doing it.
    support: full
"""
    INFO = r"""
options: {}
attributes:
  diff_mode:
    description: Returns what changed, or in check mode what would change.
    support: N/A
    details:
      - This module changes nothing.
  idempotent:
    description: Running it twice in a row outside check mode has the effect of running it once.
    support: full
"""
    WRITING = r"""
options: {}
attributes:
  diff_mode:
    description: Returns what changed, or in check mode what would change.
    support: full
  idempotent:
    description: Running it twice in a row outside check mode has the effect of running it once.
    support: full
"""
