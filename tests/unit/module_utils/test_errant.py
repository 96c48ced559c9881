"""What only one server has: what is told and saved of it, also where its binary log does not reach back any more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils import _errant
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import parse_version
from ansible_collections.twoway.mysql.plugins.module_utils._errors import ProgramFailed
from ansible_collections.twoway.mysql.plugins.module_utils._state.binlog import BinlogCoordinates, BinlogStatus

OWN = "3e11fa47-71ca-11e1-9e33-c80aa9429562"
PRINTED = f"""\
# at 401
#261125 10:59:19 server id 2  end_log_pos 490 CRC32 0x0c \tGTID\tlast_committed=1\tsequence_number=2
SET @@SESSION.GTID_NEXT= '{OWN}:91'/*!*/;
# at 490
#261125 10:59:19 server id 2  end_log_pos 700 CRC32 0x0d \tQuery\tthread_id=8\texec_time=0\terror_code=0
# of a person
CREATE TABLE page (id INT)
/*!*/;
SET @@SESSION.GTID_NEXT= 'AUTOMATIC' /* added by mysqlbinlog */ /*!*/;
""".encode().splitlines()


class Server:
    """A server with a binary log, and a program that prints it, or fails after the last line."""

    def __init__(self, version: str, status: BinlogStatus, gone: str = "", failure: str | None = None) -> None:
        self.dialect = dialect_for(parse_version(version))
        self.status, self.gone, self.failure = status, gone, failure
        self.printed = PRINTED
        self.arguments: list[str] = []

    def variables(self) -> dict[str, str]:
        return {"server_id": "2", "hostname": "db2"}

    def query(self, _statement: Any, _action: str) -> list[dict[str, str]]:
        return [{"Log_name": "bin.000003"}]

    def print_log(self, _session: Any, _login: Any, arguments: list[str]) -> Iterator[bytes]:
        self.arguments = arguments
        yield from self.printed
        if self.failure:
            raise ProgramFailed(self.failure)

    def find(self, monkeypatch: pytest.MonkeyPatch, directory: Path, *peer: Any) -> dict[str, Any]:
        session: Any = self
        login: Any = None
        monkeypatch.setattr(_errant, "print_log", self.print_log)
        monkeypatch.setattr(_errant, "read_binlog", lambda _session, _variables: self.status)
        monkeypatch.setattr(_errant, "read_retention", lambda *_arguments: {"gtid_purged": self.gone})
        return _errant.find_errant(session, login, None, *peer, str(directory))


def mysql(*numbers: str, gone: str = "", failure: str | None = None) -> Server:
    status = BinlogStatus(BinlogCoordinates("bin.000004", 900), gtid=":".join([OWN, *numbers]))
    return Server("9.7.4", status, gone and f"{OWN}:{gone}", failure)


def test_what_is_saved_can_be_played_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = mysql("1-91").find(monkeypatch, tmp_path, [f"{OWN}:1-90"], None)
    saved = Path(found["saved"]).read_text("utf-8").splitlines()
    assert found["transactions"] == 1
    assert found["unread"] is None
    assert [change["statement"] for change in found["changes"]] == ["# of a person\nCREATE TABLE page (id INT)"]
    assert [line for line in saved if "GTID_NEXT" in line] == [
        f"# SET @@SESSION.GTID_NEXT= '{OWN}:91'/*!*/;",
        "SET @@SESSION.GTID_NEXT= 'AUTOMATIC'/*!*/;",
        "SET @@SESSION.GTID_NEXT= 'AUTOMATIC' /* added by mysqlbinlog */ /*!*/;",
    ]
    assert "#     mysql --binary-mode < this file" in saved
    assert all(line.startswith("#") for line in saved[: saved.index("# at 401")])


def test_a_peer_that_has_all_of_it_lacks_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = mysql("1-91", gone="1-40").find(monkeypatch, tmp_path, [f"{OWN}:1-91"], None)
    assert found == {"gtid": "", "transactions": 0, "changes": [], "unread": None, "saved": None}


@pytest.mark.parametrize(("gone", "unread"), [("1-90", "90"), ("1-88:90", "90"), ("1-89", None)])
def test_what_is_gone_is_named_and_the_rest_saved(
    gone: str, unread: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = mysql("1-91", gone=gone).find(monkeypatch, tmp_path, [f"{OWN}:1-89"], None)
    assert found["gtid"] == f"{OWN}:90-91"
    assert found["unread"] == (f"{OWN}:{unread} is gone from the binary log" if unread else None)
    assert found["saved"]


def test_where_all_of_it_is_gone_nothing_is_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = mysql("1-91", gone="1-91")
    server.printed = []
    found = server.find(monkeypatch, tmp_path, [f"{OWN}:1-90"], None)
    assert (found["gtid"], found["transactions"], found["saved"]) == (f"{OWN}:91", 0, None)
    assert found["unread"] == f"{OWN}:91 is gone from the binary log"
    assert list(tmp_path.iterdir()) == []


def test_a_log_of_mariadb_is_read_from_where_it_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status = BinlogStatus(BinlogCoordinates("bin.000004", 900), gtid="1-1-60,2-2-91")
    server = Server("11.8.9-MariaDB", status, gone="1-1-55,2-2-89")
    found = server.find(monkeypatch, tmp_path, ["1-1-70", "2-2-80"], None)
    chosen = ["--skip-gtid-strict-mode", "--do-domain-ids=2", "--start-position=2-2-89,1-1-60"]
    assert server.arguments[2:] == [*chosen, "bin.000003"]
    assert (found["gtid"], found["unread"]) == ("2-2-91", "2-2-89 is gone from the binary log")


@pytest.mark.parametrize("printed", [[], PRINTED])
def test_a_log_that_cannot_be_read_is_told(
    printed: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = mysql("1-91", failure="mysqlbinlog failed with status 1: Could not find first log file name")
    server.printed = printed
    found = server.find(monkeypatch, tmp_path, [], BinlogCoordinates("bin.000002", 157))
    assert found["unread"] == "what follows bin.000002:157: " + str(server.failure)
    assert (found["transactions"], found["saved"] is not None) == ((1, True) if printed else (0, False))
    assert len(list(tmp_path.iterdir())) == bool(printed)
