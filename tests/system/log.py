"""Read and write the product's event log, as a program outside the product would."""

import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

from kafka import KafkaProducer

from shared.messaging.envelope import Record
from shared.messaging.log import Log
from shared.messaging.log.embedded import EmbeddedLog
from shared.messaging.log.kafka import KafkaLog
from tests.system.product import Running, eventually

CUSTOMERS = "patron.registry.customer.events.v1"
CUSTOMER_STATES = "patron.registry.customer.state.v1"
ORDERS = "patron.registry.order.events.v1"


@contextmanager
def reading(product: Running, *topics: str) -> Iterator[Callable[[], list[Record]]]:
    """Yield a function that returns all records that the topics contain by now."""
    with closing(_open(product)) as log:
        subscription = log.subscribe(group=f"test-{secrets.token_hex(4)}", topics=topics)
        seen: list[Record] = []

        def read() -> list[Record]:
            seen.extend(one.record for one in subscription.poll(seconds=0.5, max_records=500))
            return seen

        with closing(subscription):
            yield read


def wait_for_records(
    product: Running, topic: str, wanted: Callable[[Record], bool], *, count: int = 1
) -> list[Record]:
    """Wait for `count` different events for which `wanted` is true; return all their records."""
    with reading(product, topic) as read:
        return eventually(lambda: _enough([one for one in read() if wanted(one)], count))


def produce(
    product: Running, topic: str, key: str, value: bytes, headers: Mapping[str, str]
) -> None:
    """Publish a record as another program would."""
    if product.broker is None:
        with closing(_open(product)) as log:
            log.append([Record(topic, key, value, dict(headers))])
        return
    with closing(KafkaProducer(bootstrap_servers=product.broker.bootstrap)) as producer:
        pairs = [(name, text.encode()) for name, text in headers.items()]
        producer.send(topic, key=key.encode(), value=value, headers=pairs).get(timeout=30)


def payload(record: Record) -> dict[str, Any]:
    """Return the payload of a record, or an empty dict if the value is not a JSON object."""
    try:
        fields = json.loads(record.value or b"")
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}


def _enough(records: list[Record], count: int) -> list[Record]:
    events = {one.headers.get("ce_id") for one in records}
    return records if len(events) >= count else []


def _open(product: Running) -> Log:
    """Open the product's event log, which is Kafka if the product has a broker."""
    if product.broker is None:
        return EmbeddedLog(product.data / "events.log.db")
    return KafkaLog(product.broker.bootstrap, client="test")
