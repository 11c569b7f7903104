"""Records that come again, come from elsewhere, or cannot be applied."""

import json
import os
import signal
import uuid

from tests.faults.below import Told
from tests.faults.contact import FORGED, ORDERS
from tests.faults.plan import Round
from tests.faults.stage import Stage
from tests.system.log import produce
from tests.system.product import eventually

_BEYOND_ANY_COLUMN = 2**80


def told_again(stage: Stage, drawn: Round) -> None:
    """Have a relay die between the log's acknowledgement and its flags, so that it tells again.

    It is held still while its last flags are taken back: alive, it could flag others meanwhile,
    and that no death does. Then a foreign program sends ids that were seen and says something else.
    """
    worker = f"{drawn.target}-worker"
    pid = eventually(lambda: _dies_unflagged(stage, worker, drawn.target))
    eventually(lambda: stage.product.restarted(worker, pid))
    for one in stage.last_orders:
        _forge(stage, one)


def _dies_unflagged(stage: Stage, worker: str, service: str) -> int:
    """Kill the worker without its last flags; 0 if it stood still with its rows locked."""
    with stage.frozen(worker) as pid:
        if not stage.below.change(service, _FORGET):
            return 0
        os.kill(pid, signal.SIGKILL)
    return pid


_FORGET = (
    "UPDATE outbox SET published_at = NULL WHERE published_at IS NOT NULL AND id IN"
    " (SELECT id FROM outbox WHERE published_at IS NOT NULL ORDER BY id DESC LIMIT 200)"
)
"""Of the last 200 events: fewer than a relay takes at once."""


def _forge(stage: Stage, one: Told) -> None:
    said = json.loads(one.value or b"{}")
    said["version"] += 1000
    for line in said["lines"]:
        line["unit_price"] = "777777"
    headers = dict(one.headers) | {FORGED: "1"}
    produce(stage.product, one.topic, one.key, json.dumps(said).encode(), headers)


def poison(stage: Stage, drawn: Round) -> None:
    """Have a foreign program write what cannot be read, and what cannot be applied."""
    good = stage.last_orders[0]
    said = json.loads(good.value or b"{}") | {"order_id": str(uuid.uuid4()), "customer_id": None}
    for value in (b"{not json", json.dumps(said | {"version": _BEYOND_ANY_COLUMN}).encode()):
        event_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{drawn.seed} {value!r}"))
        headers = dict(good.headers) | {"ce_id": event_id}
        stage.book.poisoned.add(event_id.replace("-", ""))
        produce(stage.product, ORDERS, said["order_id"], value, headers)
