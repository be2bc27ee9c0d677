"""The files of sql/functions: one public function each, loaded once, calling downwards only."""

from __future__ import annotations

import functools
import re
from collections import Counter
from pathlib import Path

import pytest

from support.db import Db
from support.install import SQL
from support.sources import LAYERS, called, defined, function_files, layer, manifest

_MORE = r"(?:--(?! Called by:| Reads/Writes:| Raises:).*\n)*"
HEADER = re.compile(
    rf"-- obs\.(\w+): .+\n{_MORE}-- Called by: .+\n{_MORE}-- Reads/Writes: .+\n{_MORE}-- Raises: .+\n",
)
MAX_LINES = 200


def named(path: Path) -> str:
    return str(path.relative_to(SQL / "functions"))


def public(names: list[str]) -> list[str]:
    return sorted({name for name in names if not name.startswith("_")})


ALL = [pytest.param(path, id=named(path)) for path in function_files()]


def test_folders_are_layers() -> None:
    assert {layer(path) for path in function_files()} <= set(LAYERS)


@pytest.mark.parametrize("path", ALL)
def test_a_file_holds_one_public_function_of_its_name(path: Path) -> None:
    names = defined(path)
    assert path.stem in names
    assert public(names) == ([] if path.stem.startswith("_") else [path.stem])


@pytest.mark.parametrize("path", ALL)
def test_a_file_opens_with_the_four_lines(path: Path) -> None:
    text = path.read_text()
    found = HEADER.match(text)
    assert found, text[:300]
    assert found[1] == path.stem


@pytest.mark.parametrize("path", ALL)
def test_a_file_is_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MAX_LINES


@functools.cache
def homes() -> dict[str, str]:
    """The layer of each function."""
    return {name: layer(path) for path in function_files() for name in defined(path)}


@pytest.mark.parametrize("path", ALL)
def test_calls_go_downwards(path: Path) -> None:
    home = homes()
    own = LAYERS.index(layer(path))
    upwards = {name: home[name] for name in called(path) if name in home and LAYERS.index(home[name]) > own}
    assert upwards == {}


def test_a_name_is_defined_in_one_file() -> None:
    counted = Counter(name for path in function_files() for name in set(defined(path)))
    assert [name for name, times in counted.items() if times > 1] == []


def test_installing_reads_every_file_once() -> None:
    counted = Counter(manifest())
    assert [str(path) for path in counted if not path.exists()] == []
    assert [str(path) for path, times in counted.items() if times > 1] == []
    wanted = {path for folder in ("schema", "functions", "views", "cron") for path in (SQL / folder).rglob("*.sql")}
    assert sorted(map(str, wanted - set(counted))) == []


def test_schema_steps_are_loaded_in_the_order_of_their_numbers() -> None:
    steps = [path.name for path in manifest() if path.parent == SQL / "schema"]
    assert steps == sorted(steps)


def test_the_catalog_holds_what_the_files_define(db: Db) -> None:
    """Nothing else made a function: every one has its file, and every file's function exists."""
    files = [path for path in manifest() if path.exists()]
    written = {name for path in files for name in defined(path)}
    there = {name for (name,) in db.rows("select proname from pg_proc where pronamespace = 'obs'::regnamespace")}
    assert there == written
