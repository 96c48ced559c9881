"""What a host is like whose data directory is copied: how many files a program may open, and whose files lie there."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._seed import host


class Resource:
    """A kernel's limits, which only some may raise."""

    RLIMIT_NOFILE = 7

    def __init__(self, soft: int, hard: int, may_raise: bool) -> None:
        self.limits = (soft, hard)
        self._may_raise = may_raise

    def getrlimit(self, _what: int) -> tuple[int, int]:
        return self.limits

    def setrlimit(self, _what: int, limits: tuple[int, int]) -> None:
        if limits[1] > self.limits[1] and not self._may_raise:
            raise ValueError("not allowed to raise maximum limit")
        self.limits = limits


@pytest.mark.parametrize(("may_raise", "allowed"), [(True, 1_000_000), (False, 20_000)])
def test_as_many_as_the_host_allows(may_raise: bool, allowed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = Resource(1024, 20_000, may_raise)
    monkeypatch.setattr(host, "resource", limits)
    assert host.allow_many_files() == allowed
    assert limits.limits == (allowed, allowed)


OWN = (
    "ibdata1 ib_logfile0 ib_buffer_pool ibtmp1 undo001 aria_log_control aria_log.00000001 db1.pid db1.err db1-slow.log"
    " ddl_recovery.log multi-master.info relay-log-b.info mysql-bin.000001 mysql-bin.index mysql-bin.state old.000007"
    " mysql_upgrade_info debian-11.8.flag tc.log space1 queries.txt xtrabackup_info lost+found/x #rocksdb/CURRENT"
    " shop/db.opt shop/t.frm shop/t.ibd shop/a.MAD shop/t.TRG mysql/proc.MAI mysql/general_log.CSV mysql/.twoway-old/x"
).split()
FOREIGN = "id_rsa.txt server-key.pem keys/master.enc shop/export.csv shop/inside/t.ibd .ssh/id keys.log".split()


def test_files_that_no_server_makes_are_told_from_its_own(tmp_path: Path) -> None:
    for name in OWN + FOREIGN:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    variables = {
        "datadir": f"{tmp_path}/",
        "innodb_data_file_path": "space1:12M:autoextend",
        "slow_query_log_file": f"{tmp_path}/queries.txt",
        "ssl_key": "server-key.pem",
        "ssl_cert": "/etc/ssl/server.pem",
        # A name alone would be one of the server's.
        "file_key_management_filekey": f"FILE:{tmp_path}/keys.log",
    }
    expected = sorted("shop/inside" if name.startswith("shop/inside") else name for name in FOREIGN)
    assert host.foreign_files(variables) == expected
    assert host.foreign_files({**variables, "file_key_management_filekey": "keys.log"}) == sorted(
        {*expected} - {"keys.log"}
    )
