"""The databases of one worker on its server: a story is told once, in a template, and each test has a clone of one."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, timezone

import psycopg
from psycopg.conninfo import make_conninfo

from support.db import Db
from support.stories import Story

LEAVING_SECONDS = 1.0


class Databases:
    """`prefix` tells two workers on the same server apart."""

    def __init__(self, dsn: str, prefix: str) -> None:
        self._dsn = dsn
        self._prefix = prefix
        self._numbers = itertools.count(1)
        self._templates: dict[tuple[Story, date], str] = {}
        self._admin = psycopg.connect(dsn, autocommit=True)

    @contextmanager
    def opened(self, story: Story) -> Iterator[Db]:
        """A database in which the story has been told; gone afterwards, whoever is still in it."""
        name = self._create(self._template(story))
        try:
            with closing(Db(psycopg.connect(make_conninfo(self._dsn, dbname=name)))) as db:
                yield db
        finally:
            self._drop(name)

    def close(self) -> None:
        for name in self._templates.values():
            self._drop(name)
        self._admin.close()

    def _template(self, story: Story) -> str:
        """Stories count days from today: another day's is told anew."""
        key = story, datetime.now(timezone.utc).date()
        if key not in self._templates:
            name = self._create(self._template(story.after) if story.after else "template0")
            try:
                with closing(Db(psycopg.connect(make_conninfo(self._dsn, dbname=name)))) as db:
                    story.tell(db)
            except BaseException:
                self._drop(name)
                raise
            self._end_sessions(name)
            self._templates[key] = name
        return self._templates[key]

    def _create(self, template: str) -> str:
        """Copying files takes half the time of the default, which writes every page into the log as well."""
        name = f"{self._prefix}_{next(self._numbers)}"
        self._admin.execute(f"drop database if exists {name} with (force)")
        self._admin.execute(f"create database {name} template {template} strategy file_copy")
        return name

    def _drop(self, name: str) -> None:
        self._end_sessions(name)
        self._admin.execute(f"drop database {name} with (force)")

    def _end_sessions(self, name: str) -> None:
        """Ends what sessions it has: a server that finds one on its way out sleeps for 100 ms before it looks again."""
        query = "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = %s"
        deadline = time.monotonic() + LEAVING_SECONDS
        while self._admin.execute(query, (name,)).fetchone() != (0,) and time.monotonic() < deadline:
            time.sleep(0.002)
