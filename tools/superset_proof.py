"""Shows that Apache Superset takes the bundle, and that a tenant's login sees its dashboards with its own rows alone.

.venv/bin/python tools/superset_proof.py [--work DIRECTORY] [--shots DIRECTORY] [--nights N]

Makes, outside of the project: a virtual environment with dashboards/superset/requirements.txt (about 1 GB, kept for
the next time), a PostgreSQL server with obs and made-up nights of two tenants, a Superset with the bundle imported by
`superset import-dashboards`. Then a user who is no administrator opens every dashboard in headless Chromium, over a
connection as the login of tenant alba. It fails when a chart has an error or no rows, or when a row tells of the other
tenant. The screenshots go to docs/images. Wants Python 3.11, a PostgreSQL server's programs and Chromium (CHROMIUM
names it).
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tools")]

import psycopg  # noqa: E402

from boards.panels import BOARDS  # noqa: E402
from dashboard_files import pack  # noqa: E402
from support.cluster import Cluster, free_port  # noqa: E402
from support.install import install, psql  # noqa: E402

REQUIREMENTS = ROOT / "dashboards" / "superset" / "requirements.txt"
TENANT, OTHER = "alba", "brisk"
CONFIG = """
SECRET_KEY = {key!r}
SQLALCHEMY_DATABASE_URI = {metadata!r}
FEATURE_FLAGS = {{"DASHBOARD_VIRTUALIZATION": False}}
TALISMAN_ENABLED = False  # served over plain HTTP to this machine alone
"""


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "obs-superset")
    given.add_argument("--shots", type=Path, default=ROOT / "docs" / "images")
    given.add_argument("--nights", type=int, default=30)
    options = given.parse_args()
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("superset_proof: no Chromium here; CHROMIUM names one (Debian: apt-get install chromium)")
    work = options.work.resolve()
    programs = environment(work)
    cluster = Cluster()
    try:
        cluster.start()
        uri = database(cluster, options.nights)
        prove(work, programs, uri, options.shots.resolve(), chromium)
    finally:
        cluster.close()


def environment(work: Path) -> Path:
    """The virtual environment's programs; made once for each list of requirements."""
    folder, stamp = work / "venv", work / "installed"
    wanted = REQUIREMENTS.read_text()
    if not (stamp.exists() and stamp.read_text() == wanted):
        print("installing Superset", flush=True)
        venv.create(folder, clear=True, with_pip=True)
        run(folder / "bin" / "pip", "install", "--quiet", "-r", REQUIREMENTS)
        stamp.write_text(wanted)
    return folder / "bin"


def database(cluster: Cluster, nights: int) -> str:
    """The address of a database with two tenants, for the dashboard login of one."""
    dsn = cluster.create_database("obs")
    install(dsn)
    psql(dsn, "-1", "-v", f"nights={nights}", "-f", ROOT / "tools" / "dashboard_demo.sql")
    login = f"{TENANT}_dashboard"
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute(f"create role {login} login")
        conn.execute(f"grant obs_bi to {login}")
        conn.execute("select obs.grant_access(%s, %s)", (login, TENANT))
    return f"postgresql+psycopg2://{login}@{cluster.host}:{cluster.port}/obs"


def prove(work: Path, programs: Path, uri: str, shots: Path, chromium: str) -> None:
    archive, metadata, config = work / "obs.zip", work / "superset.db", work / "superset_config.py"
    metadata.unlink(missing_ok=True)
    config.write_text(CONFIG.format(key=secrets.token_urlsafe(42), metadata=f"sqlite:///{metadata}"))
    pack(archive, uri)
    known = {
        **os.environ,
        "SUPERSET_CONFIG_PATH": str(config),
        "SUPERSET_HOME": str(work),
        "FLASK_APP": "superset.app:create_app()",
    }
    password, superset = secrets.token_urlsafe(16), programs / "superset"
    run(superset, "db", "upgrade", env=known)
    for name, role, create in (("admin", "Admin", "create-admin"), (TENANT, "Alpha", "create-user")):
        told = ["--username", name, "--firstname", name, "--lastname", "obs", "--email", f"{name}@example.com"]
        told += ["--password", password] + (["--role", role] if create == "create-user" else [])
        if create == "create-user":
            run(superset, "init", env=known)
        run(superset, "fab", create, *told, env=known)
    run(superset, "import-dashboards", "-p", archive, "-u", "admin", env=known)
    print("imported", flush=True)
    port = free_port()
    command = [programs / "gunicorn", "-w", "2", "--threads", "4", "-t", "120", "-b", f"127.0.0.1:{port}"]
    with open(work / "server.log", "w") as log:
        server = subprocess.Popen([*map(str, command), known["FLASK_APP"]], env=known, stdout=log, stderr=log)
    try:
        wait_for(f"http://127.0.0.1:{port}/health", server)
        asked = {
            "address": f"http://127.0.0.1:{port}",
            "user": TENANT,
            "password": password,
            "other": OTHER,
            "chromium": chromium,
            "shots": str(shots),
            "boards": {board.key: len(board.panels) for board in BOARDS},
        }
        run(programs / "python", ROOT / "tools" / "superset_screens.py", text=json.dumps(asked))
    finally:
        server.terminate()
        server.wait(30)


def run(*command: str | Path, env: dict[str, str] | None = None, text: str | None = None) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        env=env,
        input=text,
        text=True,
        stderr=subprocess.PIPE,
        stdout=None if text else -1,
    )
    if done.returncode:
        raise SystemExit(f"superset_proof: {Path(command[0]).name} {command[1]} failed:\n{done.stderr[-3000:]}")


def wait_for(address: str, server: subprocess.Popen[bytes], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.5)
    raise SystemExit("superset_proof: Superset does not answer; see server.log")


if __name__ == "__main__":
    main()
