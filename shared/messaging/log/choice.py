"""Open the log that the settings choose."""

from shared.messaging.log import Log
from shared.messaging.log.embedded import EmbeddedLog
from shared.messaging.log.kafka import KafkaLog
from shared.settings import ServiceSettings


def open_log(settings: ServiceSettings) -> Log:
    """Return the log on Kafka if brokers are set, otherwise the embedded log in the data folder."""
    if settings.kafka_bootstrap:
        return KafkaLog(settings.kafka_bootstrap, client=f"patron-{settings.name}")
    return EmbeddedLog(settings.data / "events.log.db")
