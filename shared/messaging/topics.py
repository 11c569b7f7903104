"""The Kafka topics of a service: events are kept for ever; topics of states are compacted."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from kafka.admin import ConfigResource, KafkaAdminClient, NewTopic
from kafka.errors import TopicAlreadyExistsError, UnknownTopicOrPartitionError

from shared.contracts.catalogue import contracts_of
from shared.logging import logger
from shared.messaging.consumer import dead_letter_topic
from shared.messaging.log import PARTITIONS
from shared.messaging.log.kafka import MAX_RECORD_BYTES, translated_errors
from shared.settings import ServiceSettings

_FACTS = {"cleanup.policy": "delete", "retention.ms": "-1"}
_HOUR, _DAY = 3_600_000, 86_400_000
_STATES = {
    "cleanup.policy": "compact",
    "min.cleanable.dirty.ratio": "0.1",
    "segment.ms": str(_HOUR),
    "max.compaction.lag.ms": str(_HOUR),
    "delete.retention.ms": str(3650 * _DAY),
}
"""A short `segment.ms`, because Kafka compacts only closed segments and by default closes a segment
after a week. Tombstones are retained for ten years, because a restored database must erase what was
erased after its copy (docs/decisions/0037)."""
_BOOTSTRAP_MS = 10_000
_RECORD_SIZE = {"max.message.bytes": str(MAX_RECORD_BYTES)}
_DEAD_LETTERS = {"cleanup.policy": "delete", "retention.ms": str(30 * _DAY)}

log = logger(__name__)


def topic_configs(service: str) -> dict[str, dict[str, str]]:
    """Return the topics that a service writes to, each with its Kafka configuration."""
    contracts = contracts_of(service)
    configs = {contract.topic: _STATES if contract.compacted else _FACTS for contract in contracts}
    configs[dead_letter_topic(service)] = _DEAD_LETTERS
    return {topic: topic_config | _RECORD_SIZE for topic, topic_config in configs.items()}


@dataclass(frozen=True, kw_only=True)
class TopicPlan:
    """The work that `create` would do for a topic, and where the cluster differs from us.

    `would_set` has the configs that `create` would set, and the `partitions` of a missing topic.
    `differs` has what `create` leaves alone, as an operator may have chosen it: a config or the
    number of `partitions`, each as we declare it and as it is in the cluster.
    """

    topic: str
    status: Literal["missing", "incomplete", "complete"]
    would_set: Mapping[str, str] = field(default_factory=dict)
    differs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def plan(settings: ServiceSettings) -> Iterator[TopicPlan]:
    """Ask the cluster for the topics of a service, and yield what `create` would do with each."""
    with _connected(settings) as admin:
        for name, configs in topic_configs(settings.name).items():
            declared = {"partitions": str(PARTITIONS)} | configs
            yield compare(name, declared, _actual(admin, name))


def compare(name: str, declared: Mapping[str, str], actual: Mapping[str, str] | None) -> TopicPlan:
    """Compare a topic as it is declared and as it is in the cluster; None if it is missing."""
    if actual is None:
        return TopicPlan(topic=name, status="missing", would_set=declared)
    missing = {key: value for key, value in declared.items() if key not in actual}
    differs = {
        key: {"declared": value, "cluster": actual[key]}
        for key, value in declared.items()
        if actual.get(key, value) != value
    }
    status: Literal["incomplete", "complete"] = "incomplete" if missing else "complete"
    return TopicPlan(topic=name, status=status, would_set=missing, differs=differs)


def _actual(admin: KafkaAdminClient, name: str) -> dict[str, str] | None:
    """Return the partitions and configs of a topic in the cluster; None if it does not exist."""
    (found,) = admin.describe_topics([name])
    if found["error_code"] == UnknownTopicOrPartitionError.errno:
        return None
    return {"partitions": str(len(found["partitions"]))} | _existing_configs(admin, name)


def create(settings: ServiceSettings, *, replication: int = -1) -> None:
    """Create the missing topics of a service in Kafka, and configure its existing ones.

    Without Kafka nothing happens, as the embedded log needs no topics. `replication` is the number
    of replicas of a new topic; -1 stands for the default of the broker.
    """
    if settings.kafka_bootstrap is None:
        return
    with _connected(settings) as admin:
        for name, configs in topic_configs(settings.name).items():
            topic = NewTopic(name, PARTITIONS, replication, topic_configs=configs)
            if not _create(admin, topic):
                _add_missing_configs(admin, name, configs)


@contextmanager
def _connected(settings: ServiceSettings) -> Iterator[KafkaAdminClient]:
    """Yield a client that administers the cluster of the settings, and close it afterwards."""
    with translated_errors():
        admin = KafkaAdminClient(
            bootstrap_servers=(settings.kafka_bootstrap or "").split(","),
            bootstrap_timeout_ms=_BOOTSTRAP_MS,
        )
        try:
            yield admin
        finally:
            admin.close()


def _create(admin: KafkaAdminClient, topic: NewTopic) -> bool:
    """Create a topic and return True; return False if the topic exists already."""
    try:
        admin.create_topics([topic])
    except TopicAlreadyExistsError:
        log.info("topic.exists", topic=topic.name)
        return False
    log.info("topic.created", topic=topic.name)
    return True


def _add_missing_configs(admin: KafkaAdminClient, name: str, configs: dict[str, str]) -> None:
    """Set the configs that an existing topic lacks.

    A config that was set already is not changed, because an operator may have chosen its value.
    """
    existing = _existing_configs(admin, name)
    if missing := {key: value for key, value in configs.items() if key not in existing}:
        admin.alter_configs([ConfigResource("TOPIC", name, missing)])
        log.info("topic.completed", topic=name, configs=sorted(missing))


def _existing_configs(admin: KafkaAdminClient, name: str) -> dict[str, str]:
    """Return the configs of a topic that somebody has set, without the defaults of Kafka."""
    described = admin.describe_configs([ConfigResource("TOPIC", name)])["topic"][name]
    return {key: config["value"] for key, config in described.items()}
