"""The longer faults: a full disk, a consumer with a large backlog, a migration."""

import time

from tests.faults import files, next_release
from tests.faults.environment import Environment
from tests.faults.output import print_line
from tests.faults.plan import Round
from tests.faults.retrying_client import RetryingClient
from tests.system.product import eventually

_ATTEMPTS = 6


def disk_full(environment: Environment, round_: Round) -> None:
    """Fill the product's disk for a while; then start the servers that ended because of it."""
    if environment.disk.mount_error:
        print_line(f"      left out: {environment.disk.mount_error}")
        return
    with environment.disk.full():
        time.sleep(round_.seconds)
    environment.infrastructure.restart_servers()


def fall_behind(environment: Environment, round_: Round) -> None:
    """Pause scoring while the orders of a large file are published; kill it as it catches up."""
    sales = files.old_orders(f"b-{round_.number}", environment.backlog, round_.seed)
    api = RetryingClient(environment.product.url)
    with environment.frozen(round_.target):
        location = files.import_orders(api, environment.acknowledged, sales, create=True)
        eventually(lambda: api.get(location)["state"] in files.FINISHED, seconds=120)
        eventually(
            lambda: environment.infrastructure.consumer_lag("scoring") >= environment.backlog,
            seconds=60,
        )
        backlog = environment.infrastructure.consumer_lag("scoring")
    eventually(lambda: environment.infrastructure.consumer_lag("scoring") < backlog, seconds=120)
    environment.kill(round_.target)
    api.close()


def migrated(environment: Environment, round_: Round) -> None:
    """Run the migration of an invented next release while this release runs."""
    folder = environment.folder / f"next-{round_.target}"
    next_release.prepare(round_.target, folder)
    error = ""
    for _ in range(_ATTEMPTS):
        done = environment.command(
            round_.target, "tests.faults.next_release", round_.target, str(folder)
        )
        if done.returncode == 0:
            return
        error = done.stderr[-800:]
    raise AssertionError(f"the migration failed: {error}")
