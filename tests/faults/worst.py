"""The longer faults: a full disk, a long way behind, a release that begins."""

import time

from tests.faults import files, next_release
from tests.faults.door import Door
from tests.faults.paper import say
from tests.faults.plan import Round
from tests.faults.stage import Stage
from tests.system.product import eventually

_TRIES = 6


def disk_full(stage: Stage, drawn: Round) -> None:
    """Leave no byte free below the product for a while."""
    if stage.disk.missing:
        say(f"      left out: {stage.disk.missing}")
        return
    with stage.disk.full():
        time.sleep(drawn.seconds)
    stage.below.look_after()


def behind(stage: Stage, drawn: Round) -> None:
    """Have scoring stand still while a large file is told, and die while it catches up."""
    sales = files.many(f"b-{drawn.number}", stage.backlog, drawn.seed)
    door = Door(stage.product.url)
    with stage.frozen(drawn.target):
        place = files.orders(door, stage.book, sales, create=True)
        eventually(lambda: door.get(place)["state"] in files.OVER, seconds=120)
        eventually(lambda: stage.below.behind("scoring") >= stage.backlog, seconds=60)
        most = stage.below.behind("scoring")
    eventually(lambda: stage.below.behind("scoring") < most, seconds=120)
    stage.kill(drawn.target)
    door.close()


def migrated(stage: Stage, drawn: Round) -> None:
    """Bring a schema to that of the next release while this one runs on."""
    folder = stage.folder / f"next-{drawn.target}"
    next_release.prepare(drawn.target, folder)
    said = ""
    for _ in range(_TRIES):
        done = stage.command(drawn.target, "tests.faults.next_release", drawn.target, str(folder))
        if done.returncode == 0:
            return
        said = done.stderr[-800:]
    raise AssertionError(f"the migration did not come through: {said}")
