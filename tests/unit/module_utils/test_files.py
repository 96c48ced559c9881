"""A file that cannot be written whole is not there, and is named."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils import _files
from ansible_collections.twoway.mysql.plugins.module_utils._errors import TwowayError
from ansible_collections.twoway.mysql.plugins.module_utils._files import appear


def full_disk(_descriptor: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_file_that_is_whole_is_there(tmp_path: Path) -> None:
    with appear(str(tmp_path / "new" / "saved.sql")) as draft:
        draft.write(b"all")
    assert (tmp_path / "new" / "saved.sql").read_bytes() == b"all"
    assert os.listdir(tmp_path / "new") == ["saved.sql"]


def test_nothing_is_left_of_a_file_on_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_files.os, "fsync", full_disk)
    message = "saved.sql.partial cannot be written: No space left"
    with pytest.raises(TwowayError, match=message), appear(str(tmp_path / "saved.sql")) as draft:
        draft.write(b"a part")
    assert os.listdir(tmp_path) == []


def test_a_failure_of_who_writes_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(TwowayError, match="mysqldump failed"), appear(str(tmp_path / "saved.sql")) as draft:
        draft.write(b"a part")
        raise TwowayError("mysqldump failed")
    assert os.listdir(tmp_path) == []


def test_a_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(TwowayError, match="cannot be written: "), appear(str(tmp_path / "file" / "saved.sql")):
        pass
