"""The verbs together, and the way out of each of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import typer

from . import (
    backtest,
    demo,
    diagnose,
    explain,
    export,
    forward,
    import_,
    install,
    privacy,
    reconcile,
    replay,
    report,
    serve,
    simulate,
    status,
    tail,
    timeline,
    uninstall,
    upgrade,
    version,
)
from .output import complain
from .qa import qa_app
from .trouble import sentence

app = typer.Typer(
    name="obs",
    help="Observability for data-enrichment pipelines, inside the PostgreSQL they already use.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
app.command("install")(install.install)
app.command("upgrade")(upgrade.upgrade)
app.command("uninstall")(uninstall.uninstall)
app.command("version")(version.version)
app.command("import")(import_.import_)
app.command("reconcile")(reconcile.reconcile)
app.command("status")(status.status)
app.command("timeline")(timeline.timeline)
app.command("explain")(explain.explain)
app.command("report")(report.report)
app.command("tail")(tail.tail)
app.command("simulate")(simulate.simulate)
app.command("diagnose")(diagnose.diagnose)
app.command("backtest")(backtest.backtest)
app.command("export")(export.export)
app.command("replay")(replay.replay)
app.command("forward")(forward.forward)
app.command("demo")(demo.demo)
app.command("serve")(serve.serve)
app.command("token")(serve.token)
app.add_typer(qa_app, name="qa")
app.add_typer(privacy.app)


@app.callback()
def _verbs() -> None:
    """Observability for data-enrichment pipelines, inside the PostgreSQL they already use."""


def run(arguments: Sequence[str]) -> int:
    """Run a verb; the exit status."""
    try:
        return int(app(list(arguments) or ["--help"], standalone_mode=False) or 0)
    except (KeyboardInterrupt, typer.Abort):
        complain("stopped")
        return 130
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except typer.Exit as leaving:
        return leaving.exit_code
    except Exception as error:
        if os.environ.get("OBS_DEBUG"):
            raise
        complain(sentence(error))
        return 2
