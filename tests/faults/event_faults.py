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
    """Kill a worker whose relay has not marked its last events as published, so it repeats them.

    The marks are removed while the worker is stopped, because a running relay could mark later
    events in the meantime, and no real death of a worker leaves such rows. After that, records are
    published that have the ids of earlier events and another content, as a faulty program could
    publish them.
    """
    worker = f"{round_.target}-worker"
    pid = eventually(lambda: _kill_without_flags(environment, worker, round_.target))
    eventually(lambda: environment.product.restarted(worker, pid))
    for one in environment.last_orders:
        _forge(environment, one)


def _kill_without_flags(environment: Environment, worker: str, service: str) -> int:
    """Remove the flags and kill the worker; return its id, or 0 if it has locked the rows."""
    with environment.frozen(worker) as pid:
        if not environment.infrastructure.change(service, _UNFLAG):
            return 0
        os.kill(pid, signal.SIGKILL)
    return pid


_UNFLAG = (
    "UPDATE outbox SET published_at = NULL WHERE published_at IS NOT NULL AND id IN"
    " (SELECT id FROM outbox WHERE published_at IS NOT NULL ORDER BY id DESC LIMIT 200)"
)
"""Removes the flags of the last 200 events; one batch of the relay has up to 500."""


def _forge(environment: Environment, one: PublishedRecord) -> None:
    """Publish a record with the same event id and another content."""
    payload = json.loads(one.value or b"{}")
    payload["version"] += 1000
    for line in payload["lines"]:
        line["unit_price"] = "777777"
    headers = dict(one.headers) | {FORGED: "1"}
    produce(environment.product, one.topic, one.key, json.dumps(payload).encode(), headers)


def poison(environment: Environment, round_: Round) -> None:
    """Publish an event that cannot be read and an event that cannot be applied."""
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
