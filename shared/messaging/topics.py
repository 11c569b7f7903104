"""The topics of a service, as its contracts declare them: facts kept for ever, states compacted."""

from kafka.admin import ConfigResource, KafkaAdminClient, NewTopic
from kafka.errors import TopicAlreadyExistsError

from shared.contracts.catalogue import contracts_of
from shared.logging import logger
from shared.messaging.consumer import dead_letter_topic
from shared.messaging.log import PARTITIONS
from shared.messaging.log.kafka import MAX_RECORD_BYTES
from shared.settings import ServiceSettings

_FOR_EVER = {"cleanup.policy": "delete", "retention.ms": "-1"}
_HOUR, _DAY = 3_600_000, 86_400_000
_COMPACTED = {
    "cleanup.policy": "compact",
    "min.cleanable.dirty.ratio": "0.1",
    "segment.ms": str(_HOUR),
    "max.compaction.lag.ms": str(_HOUR),
    "delete.retention.ms": str(_DAY),
}
"""Only closed segments are compacted, and Kafka keeps one open for a week unless it is told."""
_RECORDS = {"max.message.bytes": str(MAX_RECORD_BYTES)}
_DEAD = {"cleanup.policy": "delete", "retention.ms": str(30 * _DAY)}

log = logger(__name__)


def declared(service: str) -> dict[str, dict[str, str]]:
    """Tell the topics that a service writes, with their settings."""
    own = contracts_of(service)
    found = {each.topic: _COMPACTED if each.compacted else _FOR_EVER for each in own}
    found[dead_letter_topic(service)] = _DEAD
    return {topic: configs | _RECORDS for topic, configs in found.items()}


def create(settings: ServiceSettings, *, replication: int = -1) -> None:
    """Make the topics that are missing, complete the others; the embedded log needs none."""
    if settings.kafka_bootstrap is None:
        return
    admin = KafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap.split(","))
    try:
        for name, configs in declared(settings.name).items():
            topic = NewTopic(name, PARTITIONS, replication, topic_configs=configs)
            if not _create(admin, topic):
                _complete(admin, name, configs)
    finally:
        admin.close()


def _create(admin: KafkaAdminClient, topic: NewTopic) -> bool:
    try:
        admin.create_topics([topic])
    except TopicAlreadyExistsError:
        log.info("topic.exists", topic=topic.name)
        return False
    log.info("topic.created", topic=topic.name)
    return True


def _complete(admin: KafkaAdminClient, name: str, configs: dict[str, str]) -> None:
    """Set what nobody has set of a topic that is there: what operators have chosen stays."""
    stated = admin.describe_configs([ConfigResource("TOPIC", name)])["topic"][name]
    if missing := {key: value for key, value in configs.items() if key not in stated}:
        admin.alter_configs([ConfigResource("TOPIC", name, missing)])
        log.info("topic.completed", topic=name, configs=sorted(missing))
