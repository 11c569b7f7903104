"""Faults of events: published twice, forged by another program, or impossible to apply."""

import json
import os
import signal
import uuid

from tests.faults.environment import Environment
from tests.faults.infrastructure import PublishedRecord
from tests.faults.names import FORGED, ORDERS
from tests.faults.plan import Round
from tests.system.log import produce
from tests.system.product import eventually

_TOO_LARGE_FOR_ANY_COLUMN = 2**80


def repeated(environment: Environment, round_: Round) -> None:
    """Kill a relay between the log's acknowledgement and its flags, so that events are repeated.

    The worker is stopped while its last flags are removed: a running relay could flag other rows in
    the meantime, and no death causes that. Then another program publishes records with known event
    ids and another content.
    """
    worker = f"{round_.target}-worker"
    pid = eventually(lambda: _kill_without_flags(environment, worker, round_.target))
    eventually(lambda: environment.product.restarted(worker, pid))
    for one in environment.last_orders:
        _forge(environment, one)


def _kill_without_flags(environment: Environment, worker: str, service: str) -> int:
    """Remove the worker's last flags and kill it; return 0 if the stopped worker locks the rows."""
    with environment.frozen(worker) as pid:
        if not environment.infrastructure.change(service, _UNFLAG):
            return 0
        os.kill(pid, signal.SIGKILL)
    return pid


_UNFLAG = (
    "UPDATE outbox SET published_at = NULL WHERE published_at IS NOT NULL AND id IN"
    " (SELECT id FROM outbox WHERE published_at IS NOT NULL ORDER BY id DESC LIMIT 200)"
)
"""The flags of the last 200 events: fewer than a relay publishes in one batch."""


def _forge(environment: Environment, one: PublishedRecord) -> None:
    """Publish a record with the same event id and another content."""
    payload = json.loads(one.value or b"{}")
    payload["version"] += 1000
    for line in payload["lines"]:
        line["unit_price"] = "777777"
    headers = dict(one.headers) | {FORGED: "1"}
    produce(environment.product, one.topic, one.key, json.dumps(payload).encode(), headers)


def poison(environment: Environment, round_: Round) -> None:
    """Publish, as another program, one event that cannot be read and one that cannot be applied."""
    good = environment.last_orders[0]
    payload = json.loads(good.value or b"{}")
    payload |= {"order_id": str(uuid.uuid4()), "customer_id": None}
    for value in (
        b"{not json",
        json.dumps(payload | {"version": _TOO_LARGE_FOR_ANY_COLUMN}).encode(),
    ):
        event_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{round_.seed} {value!r}"))
        headers = dict(good.headers) | {"ce_id": event_id}
        environment.acknowledged.poison.add(event_id.replace("-", ""))
        produce(environment.product, ORDERS, payload["order_id"], value, headers)
