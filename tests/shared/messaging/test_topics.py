"""Topics as they are declared: facts kept for ever, states compacted within the hour."""

import secrets

from kafka.admin import ConfigResource, KafkaAdminClient, NewTopic

from shared.contracts import catalogue
from shared.contracts.catalogue import state
from shared.messaging import topics
from shared.settings import ServiceSettings
from tests.shared.kit import NoteState


def test_a_topic_that_is_there_is_completed_and_what_operators_chose_stays(
    kafka_bootstrap: str,
) -> None:
    """A deployment of an older release gets what this one declares beyond it."""
    name = f"kit{secrets.token_hex(4)}"
    state("note.state", topic=f"{name}.note", key="note_id")(NoteState)
    try:
        declared, found = _created(kafka_bootstrap, name, {"delete.retention.ms": "5000"})
    finally:
        del catalogue._CONTRACTS[NoteState]
    assert found == declared | {"delete.retention.ms": "5000"}


def _created(
    bootstrap: str, name: str, chosen: dict[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Make topics where one is there; tell what is declared of it and what it is set to."""

    class Settings(ServiceSettings):
        pass

    Settings.name, topic = name, f"patron.{name}.note.state.v1"
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics([NewTopic(topic, 1, 1, topic_configs=chosen)])
    topics.create(Settings(kafka_bootstrap=bootstrap), replication=1)
    found = admin.describe_configs([ConfigResource("TOPIC", topic)])["topic"][topic]
    admin.close()
    declared = topics.declared(name)[topic]
    return declared, {key: one["value"] for key, one in found.items() if key in declared}
