"""AC3: each alert fires in a drill, reaches people, and its runbook is followed step by step."""

from __future__ import annotations

import re

from .criterion import Criterion
from .pages import Site
from .people import Work, drills_of, who_sees
from .world import World

OF_THE_PRODUCT = ("MV-01", "CR-02", "VQ-03", "OA-04", "CC-05", "OE-06")
_STEPS = "select step, ticked_at, ticked_by from obs.runbook_steps(%s) order by step"
_TOLD = """select n.channel, n.state from obs.notifications n where n.is_simulation and %s = any(n.alert_ids)"""
_REAL = """select count(*) from obs.alerts where not is_simulation"""
_RUNBOOK = "select count(*) from obs.runbook(%s)"


def followed(world: World, tenant: str, work: Work, site: Site) -> Criterion:
    made = Criterion("AC3", "Each alert fires in a drill; its runbook is named and followed")
    done = work.drills[tenant]
    made.check(
        f"obs simulate --all --tenant {tenant} ended with 0", done.returncode == 0, (done.stderr or done.stdout)[-300:]
    )
    drills = drills_of(world)
    fired = sorted(row.alert_code for row in drills if row.fired_at)
    missing = sorted(set(work.codes) - set(fired))
    made.check(
        f"{len(fired)} of {len(work.codes)} alerts fired: {', '.join(fired)}", not missing and bool(fired), missing
    )
    absent = [code for code in OF_THE_PRODUCT if code not in fired]
    made.check(f"the product's six are among them: {', '.join(OF_THE_PRODUCT)}", not absent, absent)
    states = [state for row in drills for state in world.rows(_TOLD, (row.alert_id,))]
    sent = sum(row.state == "sent" for row in states)
    channels = ", ".join(sorted({row.channel for row in states}))
    made.check(f"{sent} of {len(states)} messages arrived: {channels}", 0 < sent == len(states))
    heard = sum("[DRILL]" in text for text in world.receivers.texts.values())
    made.check(f"the receivers hold {heard} that are marked [DRILL]", heard >= len(fired))
    steps, undone, unnamed, unseen = 0, [], [], []
    people = {login: site.person(login) for login in sorted({who_sees(row) for row in drills})}
    for row in drills:
        login = who_sees(row)
        rows = world.rows(_STEPS, (row.alert_id,), login)
        steps += len(rows)
        undone += [f"{row.alert_code} {one.step}" for one in rows if one.ticked_by != login]
        if not rows or not world.one(_RUNBOOK, (row.alert_code,)):
            unnamed.append(row.alert_code)
        page = people[login].get(f"/alerts/{row.alert_id}")
        said = re.search(r"(\d+) of (\d+) steps done", page.text)
        if page.status_code != 200 or not said or said.groups() != (str(len(rows)), str(len(rows))):
            unseen.append(f"{row.alert_code}: {page.status_code} {said and said[0]}")
    made.check(
        f"{steps} steps of {len(drills)} runbooks are ticked, with who and when", steps > 0 and not undone, undone[:5]
    )
    made.check("every alert names its runbook, and that has steps", not unnamed, unnamed)
    made.check(f"the pages of the {len(drills)} alerts show them done", not unseen, unseen[:5])
    made.show(f"the nights themselves raised {world.one(_REAL)} alerts")
    return made
