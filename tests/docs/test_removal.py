"""What docs/operations.md says of removing obs leaves a server as if it had never been there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from support.cluster import Cluster
from support.db import Db
from support.install import ROOT, install, uninstall
from support.snippets import Reader, snippets

SECTION = (ROOT / "docs" / "operations.md").read_text().split("\n## Upgrade and uninstall\n")[1]
(DROP_ROLES,) = [snippet for snippet in snippets(SECTION) if snippet.remark == "elsewhere"]


def test_roles_can_be_dropped_at_last(disposable_server: Callable[..., Cluster], tmp_path: Path) -> None:
    cluster = disposable_server()
    db = Db(cluster.connect("obs"))
    uninstall(db.dsn)
    db.execute("revoke temporary on database obs from public")
    install(db.dsn)
    db.execute(
        """create table public.nights (
            run_id bigint primary key, tenant_id text, started_at timestamptz, ended_at timestamptz, status text)"""
    )
    db.call("attach_runs", relation="public.nights")
    uninstall(db.dsn)
    reader = Reader(db.dsn, tmp_path)
    try:
        said = reader.run(DROP_ROLES)
    finally:
        reader.close()
    assert said == ""
    assert db.rows(r"select rolname from pg_roles where rolname like 'obs\_%'") == []
    db.close()
