"""Topics as they are declared: facts kept for ever, states compacted within the hour."""

import secrets

from kafka.admin import ConfigResource, KafkaAdminClient, NewTopic

from shared.contracts import catalogue
from shared.contracts.catalogue import state
from shared.messaging import topics
from shared.settings import ServiceSettings
from tests.shared.kit import NoteState


def test_a_topic_that_is_there_is_set_up_as_declared(kafka_bootstrap: str) -> None:
    """A deployment of an older release gets what this one declares."""
    name = f"kit{secrets.token_hex(4)}"
    state("note.state", topic=f"{name}.note", key="note_id")(NoteState)
    topic = f"patron.{name}.note.state.v1"
    try:
        _assert_set_up(kafka_bootstrap, name, topic)
    finally:
        del catalogue._CONTRACTS[NoteState]


def _assert_set_up(bootstrap: str, name: str, topic: str) -> None:
    class Settings(ServiceSettings):
        pass

    Settings.name = name
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics([NewTopic(topic, 1, 1, topic_configs={"segment.ms": "604800000"})])
    topics.create(Settings(kafka_bootstrap=bootstrap), replication=1)
    found = admin.describe_configs([ConfigResource("TOPIC", topic)])["topic"][topic]
    admin.close()
    assert {key: one["value"] for key, one in found.items()} | topics.declared(name)[topic] == {
        key: one["value"] for key, one in found.items()
    }
