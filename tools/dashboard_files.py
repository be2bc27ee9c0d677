"""Writes dashboards/grafana and dashboards/superset from the panels in tools/boards.

python tools/dashboard_files.py                       writes both
python tools/dashboard_files.py --zip FILE [--uri U]  packs the Superset bundle, with your database's address
"""

from __future__ import annotations

import argparse
import shutil
import zipfile
from pathlib import Path

from boards import grafana, superset
from boards.panels import BOARDS

DASHBOARDS = Path(__file__).resolve().parent.parent / "dashboards"
OBS_URL = "http://localhost:8321"
URI = "postgresql+psycopg2://obs_dashboard@localhost:5432/obs"


def made(obs_url: str = OBS_URL, uri: str = URI) -> dict[str, str]:
    """Every generated file by its path below dashboards/."""
    return {
        **{f"grafana/{name}": text for name, text in grafana.files(BOARDS, obs_url).items()},
        **{f"superset/bundle/{name}": text for name, text in superset.files(BOARDS, uri).items()},
    }


def write(files: dict[str, str]) -> None:
    shutil.rmtree(DASHBOARDS / "superset" / "bundle", ignore_errors=True)
    for old in (DASHBOARDS / "grafana").glob("*.json"):
        old.unlink()
    for name, text in files.items():
        path = DASHBOARDS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def pack(archive: Path, uri: str) -> None:
    """`superset import-dashboards -p ARCHIVE -u USER` takes it."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in superset.files(BOARDS, uri).items():
            packed.writestr(f"obs/{name}", text)


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--obs-url", default=OBS_URL, help="where obs serve answers, for the links of Grafana")
    given.add_argument("--zip", type=Path, metavar="FILE", help="pack the Superset bundle instead")
    given.add_argument("--uri", default=URI, help="SQLAlchemy address of the database, for --zip")
    options = given.parse_args()
    if options.zip:
        pack(options.zip, options.uri)
    else:
        write(made(options.obs_url))


if __name__ == "__main__":
    main()
