"""The double refuses what openGauss does not know, and lets pass what it does."""

import pytest
from opengauss_double import as_opengauss_reads

UNKNOWN = [
    "INSERT INTO t VALUES (1) ON CONFLICT (a) DO NOTHING",
    "INSERT INTO t VALUES (1) on\n conflict do nothing",
    "LISTEN changes",
    "DISCARD ALL",
    "SELECT pg_current_wal_lsn()",
    "SELECT '0/0'::pg_lsn",
    "SELECT replay_lsn FROM pg_stat_replication",
    "SELECT * FROM unnest($1::text[], $2::text[])",
    "SELECT * FROM unnest($1::text[]) WITH ORDINALITY",
    "SELECT 1 WHERE NOT EXISTS (SELECT FROM t)",
    "WITH a AS MATERIALIZED (SELECT 1) SELECT * FROM a",
    "CREATE TRIGGER t AFTER INSERT ON r REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION f()",
    "CREATE TRIGGER t AFTER INSERT ON r FOR EACH ROW EXECUTE FUNCTION f()",
    "VACUUM (TRUNCATE off) t",
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
]
KNOWN = [
    "SELECT pg_xlog_location_diff(pg_current_xlog_location(), '0/0')",
    "SELECT sender_sent_location FROM pg_stat_replication",
    "SELECT unnest($1::text[])",
    "CREATE TRIGGER t AFTER INSERT ON r FOR EACH ROW EXECUTE PROCEDURE f()",
    "VACUUM t",
    "SELECT id FROM records WHERE title LIKE '%conflict%'",
]


@pytest.mark.parametrize("sql", UNKNOWN)
def test_it_refuses(sql):
    refusals = []
    assert as_opengauss_reads(sql, refusals).startswith("the double of openGauss knows no ")
    assert len(refusals) == 1


@pytest.mark.parametrize("sql", KNOWN)
def test_it_lets_pass(sql):
    refusals = []
    assert as_opengauss_reads(sql, refusals) == sql
    assert refusals == []


def test_what_only_opengauss_knows_is_taken_out():
    assert "session_timeout" not in as_opengauss_reads("SET session_timeout = 0; SELECT version()", [])
