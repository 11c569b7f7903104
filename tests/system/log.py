"""The product's log as programs that are not ours read and write it."""

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
def following(product: Running, *topics: str) -> Iterator[Callable[[], list[Record]]]:
    """Give a function that returns everything that is in the topics by now."""
    with closing(_open(product)) as log:
        subscription = log.subscribe(group=f"test-{secrets.token_hex(4)}", topics=topics)
        seen: list[Record] = []

        def read() -> list[Record]:
            seen.extend(one.record for one in subscription.poll(seconds=0.5, max_records=500))
            return seen

        with closing(subscription):
            yield read


def found(
    product: Running, topic: str, wanted: Callable[[Record], bool], *, count: int = 1
) -> list[Record]:
    """Wait for so many different events of a topic; all records in order, repeats included."""
    with following(product, topic) as read:
        return eventually(lambda: _enough([one for one in read() if wanted(one)], count))


def produce(
    product: Running, topic: str, key: str, value: bytes, headers: Mapping[str, str]
) -> None:
    """Write a record as a foreign program would."""
    if product.broker is None:
        with closing(_open(product)) as log:
            log.append([Record(topic, key, value, dict(headers))])
        return
    with closing(KafkaProducer(bootstrap_servers=product.broker.bootstrap)) as producer:
        pairs = [(name, text.encode()) for name, text in headers.items()]
        producer.send(topic, key=key.encode(), value=value, headers=pairs).get(timeout=30)


def told(record: Record) -> dict[str, Any]:
    """Give what a record says; nothing where that is no JSON object."""
    try:
        said = json.loads(record.value or b"")
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _enough(records: list[Record], count: int) -> list[Record]:
    events = {one.headers.get("ce_id") for one in records}
    return records if len(events) >= count else []


def _open(product: Running) -> Log:
    if product.broker is None:
        return EmbeddedLog(product.data / "events.log.db")
    return KafkaLog(product.broker.bootstrap, client="test")
