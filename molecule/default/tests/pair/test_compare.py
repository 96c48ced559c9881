"""All data of the finished pair, compared; one row made different on the standby alone is found, and changed back."""

from __future__ import annotations

from pathlib import Path

from members import run_playbook

COMPARE = Path(__file__).resolve().parents[4] / "playbooks" / "compare_pair.yml"


def test_row_of_the_standby_alone(db1, db2):
    db1.sql("CREATE DATABASE depot; CREATE TABLE depot.part (id INT PRIMARY KEY, name VARCHAR(40));")
    db1.sql("INSERT INTO depot.part VALUES (1, 'nut'), (2, 'bolt');")
    db2.waits_for("SELECT COUNT(*) FROM depot.part", 2)
    lift, close = (f"SET GLOBAL super_read_only = {value};" if db2.flavor == "mysql" else "" for value in (0, 1))
    db2.sql(f"{lift} SET sql_log_bin = 0; UPDATE depot.part SET name = 'bold' WHERE id = 2; {close}")
    run = run_playbook(COMPARE, "--extra-vars", "pair_compare_truth=db1 pair_compare_change=db2")
    assert run.exit_code == 0, run.output
    assert "CHANGED on db2, so that its rows are those of db1" in run.message
    assert "depot.part: 1 row replaced" in run.message
    assert "EQUAL: db1 and db2" in run.message
    assert run.changed == {"db1": 0, "db2": 1}
    assert db2.sql("SELECT * FROM depot.part ORDER BY id") == [["1", "nut"], ["2", "bolt"]]
    assert db2.value("SELECT @@global.read_only") == "1"
