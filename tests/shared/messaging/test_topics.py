"""Topics as they are declared: facts kept for ever, states compacted within the hour."""

import secrets

from kafka.admin import ConfigResource, KafkaAdminClient, NewTopic

from shared.contracts import catalogue
from shared.contracts.catalogue import state
from shared.messaging import topics
from shared.messaging.log.kafka import LARGEST_RECORD
from shared.settings import ServiceSettings
from tests.shared.kit import NoteState


def test_the_topics_of_a_service_are_what_its_contracts_and_its_dead_letters_go_by() -> None:
    declared = topics.declared("scoring")
    assert set(declared) == {
        *(each.topic for each in catalogue.contracts_of("scoring")),
        "patron.scoring.dead-letters.v1",
    }
    assert {each["max.message.bytes"] for each in declared.values()} == {str(LARGEST_RECORD)}


def test_facts_are_kept_for_ever_states_compacted_and_dead_letters_kept_a_month() -> None:
    declared = topics.declared("registry")
    facts = declared["patron.registry.customer.events.v1"]
    states = declared["patron.registry.customer.state.v1"]
    assert (facts["cleanup.policy"], facts["retention.ms"]) == ("delete", "-1")
    assert states["cleanup.policy"] == "compact"
    dead = declared["patron.registry.dead-letters.v1"]
    month = str(30 * 24 * 60 * 60 * 1000)
    assert (dead["cleanup.policy"], dead["retention.ms"]) == ("delete", month)


def test_the_embedded_log_needs_no_topics() -> None:
    class Settings(ServiceSettings):
        name = "kit"

    topics.create(Settings())


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
