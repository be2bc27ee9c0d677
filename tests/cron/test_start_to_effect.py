"""One real minute, from obs.start() to folded numbers; beside it a job that fails and one whose login is refused."""

from __future__ import annotations

from support.cron import Minute


def test_the_tick_folds_what_was_logged(minute: Minute) -> None:
    stats = minute.db.row("select * from obs.run_stage_stats where run_id = 'real'")
    assert (stats.stage, stats.count_total, stats.p50_ms) == ("crawl", 3, 10)
    assert minute.db.one("select count(*) from obs.stage_deltas where run_id = 'real'") == 0


def test_the_heartbeat_is_stamped(minute: Minute) -> None:
    tick = minute.heartbeats["tick"]
    assert tick.runs >= 1
    assert tick.last_result["folded_runs"] == 1
    assert minute.status["job tick"].state == "green"


def test_the_history_of_pg_cron_has_it_as_obs_crons_success(minute: Minute) -> None:
    tick = minute.history["obs:tick"]
    assert (tick.status, tick.username, tick.command) == ("succeeded", "obs_cron", "select obs.tick()")


def test_the_procedure_of_maintenance_commits_under_pg_cron(minute: Minute) -> None:
    steps = minute.history["obs:steps"]
    assert (steps.status, steps.username) == ("succeeded", "obs_cron"), steps.return_message
    maintain = minute.heartbeats["maintain"]
    assert maintain.runs >= 1
    assert set(minute.db.one("select obs.maintenance_steps()")) < set(maintain.last_result)


def test_pg_cron_is_green_and_its_mode_seen(minute: Minute) -> None:
    assert minute.status["pg_cron launcher"].state == "green"
    assert minute.status["pg_cron jobs"].state == "green"
    shown = minute.status["pg_cron"]
    assert shown.state == "green"
    assert shown.detail.endswith("connects like a client")


def test_a_failing_job_is_named_with_its_error(minute: Minute) -> None:
    assert minute.history["obs:boom"].status == "failed"
    shown = minute.status["pg_cron runs"]
    assert shown.state == "red"
    assert "obs:boom failed" in shown.detail
    assert "division by zero" in shown.detail
    assert "tick" not in shown.detail
    assert "refused" not in shown.detail
    assert shown.remedy


def test_a_refused_login_is_named_with_the_way_it_took(minute: Minute) -> None:
    assert minute.history["obs:refused"].return_message == "connection failed"
    shown = minute.status["pg_cron login"]
    assert shown.state == "red"
    assert "obs:refused (connection failed)" in shown.detail
    assert "tick" not in shown.detail
    assert "from 127.0.0.1" in shown.remedy
    assert "pg_hba.conf" in shown.remedy


def test_jobs_that_never_succeeded_have_no_heartbeat(minute: Minute) -> None:
    assert [minute.heartbeats[job].last_success_at for job in ("boom", "refused")] == [None, None]
    assert minute.status["job boom"].state == minute.status["job refused"].state == "red"


def test_starting_again_mends_only_the_refused_job(minute: Minute) -> None:
    assert minute.started_again == {
        "boom": "already scheduled in pg_cron",
        "maintain": "already scheduled in pg_cron",
        "refused": "scheduled anew in pg_cron: its last connection failed",
        "steps": "already scheduled in pg_cron",
        "tick": "already scheduled in pg_cron",
    }
    assert minute.db.rows("select jobname from cron.job where nodename = '127.0.0.1'") == []
