"""Choose the log that the settings name."""

from shared.messaging.log import Log
from shared.messaging.log.embedded import EmbeddedLog
from shared.messaging.log.kafka import KafkaLog
from shared.settings import ServiceSettings


def open_log(settings: ServiceSettings) -> Log:
    """Open Kafka if it is given, otherwise the embedded log under the data folder."""
    if settings.kafka_bootstrap:
        return KafkaLog(settings.kafka_bootstrap, client=f"patron-{settings.name}")
    return EmbeddedLog(settings.data / "events.log.db")
