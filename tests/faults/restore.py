"""A fault: a service is restored from a copy that was taken some writes earlier.

What the service acknowledged after the copy is lost, so the campaign forgets these writes. All
other writes must be there, and no service may show what exists on the topics only.
"""

import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.faults.checks import recorded_states
from tests.faults.environment import Environment
from tests.faults.plan import Round
from tests.system.backup import Backup
from tests.system.product import eventually

_WRITES_AFTER_THE_COPY = 25


def restore(environment: Environment, round_: Round) -> None:
    """Copy all databases, let clients write, and restore the target as the runbook says.

    The other services run meanwhile, and clients repeat their requests to the stopped service.
    """
    product, acknowledged = environment.product, environment.acknowledged
    with tempfile.TemporaryDirectory(prefix="patron-backup-") as folder:
        bootstrap = product.broker.bootstrap if product.broker else None
        backup = Backup(
            Path(folder) / "backup",
            product.data,
            product.database_url,
            bootstrap,
            migrates=False,  # an earlier round may have run the migration of a next release
        )
        with environment.pause.of_all_clients():
            backup.save()
            before = acknowledged.copy()
        enough = acknowledged.count + _WRITES_AFTER_THE_COPY
        eventually(lambda: acknowledged.count >= enough, seconds=180)
        with ExitStack() as stopped:
            with environment.pause.of_all_clients():
                stopped.enter_context(environment.service_stopped(round_.target))
                acknowledged.forget(round_.target, before)
            environment.published.restored = round_.target
            environment.published.replaced |= recorded_states(environment, round_.target)
            backup.restore(round_.target)
