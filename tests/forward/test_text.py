"""What anybody wrote stays text in every markup."""

from __future__ import annotations

import re

import pytest

from obs_client.forward import text
from support.outbox import HOSTILE


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_slack_sees_no_command(hostile: str) -> None:
    shown = text.slack(hostile)
    assert "<" not in shown
    assert ">" not in shown
    assert not re.search(r"@(here|channel|everyone)", shown)
    assert not re.search(r"&(?!(amp|lt|gt);)", shown)
    assert not re.search(r"(?<!\u2060)[*_~`]", shown)
    assert len(shown) <= 3000


def test_slack_cuts_no_entity_in_two() -> None:
    shown = text.slack("<" * 5000, 100)
    assert len(shown) <= 100
    assert re.fullmatch(r"(&lt;)+…?", shown)


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_a_header_is_one_line(hostile: str) -> None:
    shown = text.line(hostile)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202e]", shown)
    assert len(shown) <= 250


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_jira_sees_no_macro_link_mention_or_image(hostile: str) -> None:
    shown = text.jira(hostile)
    assert not re.search(r"(?<!\\)[{}\[\]|!*]", shown)
    assert not re.search(r"(?m)^\s*(h[1-6]|bq)\.", shown)


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_markdown_and_unknown_markup_are_quiet(hostile: str) -> None:
    assert not re.search(r"(?<!\\)[\[\]<>`*]", text.markdown(hostile))
    quiet = text.quiet(hostile)
    assert not re.search(r"@(here|channel|everyone)|<[!@#]", quiet)


def test_words_that_mean_nothing_to_a_markup_are_left_alone() -> None:
    ordinary = "Crawl error rate 54.0 % (over 50.0 %) of acme, since 01:00"
    for way in (text.slack, text.jira, text.quiet, text.plain, text.line):
        assert way(ordinary) == ordinary


def test_titles_say_what_is_a_drill_and_what_was_not_delivered() -> None:
    assert text.title({"title": "x", "is_drill": True}) == "[DRILL] x"
    assert text.title({"title": "x", "kind": "dead_letter"}) == "Undelivered: x"
    assert text.title({}) == "obs alert"
