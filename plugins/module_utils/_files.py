# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Files on the member that nobody else reads, and that are whole or not there."""

from __future__ import annotations

import os
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Iterator

from ._errors import TwowayError


def dated_path(directory: str, what: str) -> str:
    """Return the path of a file of SQL named by this moment, so finely that no other one has the name."""
    stamp = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%S.%fZ")
    return os.path.join(directory, "%s-%s.sql" % (what, stamp))


def existing_folder(path: str) -> str:
    """Return the folder, or the nearest one above it that exists already."""
    while not os.path.isdir(path):
        path = os.path.dirname(path) or "."
    return path


class Draft:
    """A file that is being written. Where that cannot be done, the error names the file."""

    def __init__(self, path: str) -> None:
        self._path = path
        with self._errors_named():
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
            self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
        self.is_wanted = True

    @contextmanager
    def _errors_named(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise TwowayError("The file %s cannot be written: %s." % (self._path, error.strerror)) from error

    def write(self, content: bytes) -> None:
        """Add to the file."""
        with self._errors_named():
            self._file.write(content)

    def discard(self) -> None:
        """Let the file not appear after all."""
        self.is_wanted = False

    def close(self) -> None:
        """Make sure that the content is on the disk."""
        with self._errors_named(), self._file:
            self._file.flush()
            os.fsync(self._file.fileno())


@contextmanager
def appear(path: str) -> Iterator[Draft]:
    """Give a file to write, which gets its name when the block ends without an error; its owner alone may read it.

    :raises TwowayError: when it cannot be written; nothing of it is left then.
    """
    partial = path + ".partial"
    draft = Draft(partial)
    try:
        try:
            yield draft
        finally:
            draft.close()
    except BaseException:
        os.unlink(partial)
        raise
    if draft.is_wanted:
        os.replace(partial, path)
    else:
        os.unlink(partial)
