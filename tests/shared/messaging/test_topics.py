"""The topics of a service in Kafka: facts are never deleted, states are compacted in an hour."""

import logging
import secrets

import pytest
from kafka.admin import ConfigResource, KafkaAdminClient, NewTopic

from shared.contracts import catalogue
from shared.contracts.catalogue import state
from shared.messaging import topics
from shared.messaging.log import PARTITIONS
from shared.messaging.log.kafka import MAX_RECORD_BYTES
from shared.settings import ServiceSettings
from tests.shared.backend import NoteState
from tests.waiting import eventually


def test_a_service_has_the_topics_of_the_events_it_publishes_and_one_of_dead_letters() -> None:
    configs = topics.topic_configs("scoring")
    assert set(configs) == {
        *(contract.topic for contract in catalogue.contracts_of("scoring")),
        "patron.scoring.dead-letters.v1",
    }
    assert {config["max.message.bytes"] for config in configs.values()} == {str(MAX_RECORD_BYTES)}


def test_facts_are_never_deleted_states_compacted_and_dead_letters_deleted_after_30_days() -> None:
    configs = topics.topic_configs("registry")
    facts = configs["patron.registry.customer.events.v1"]
    states = configs["patron.registry.customer.state.v1"]
    assert (facts["cleanup.policy"], facts["retention.ms"]) == ("delete", "-1")
    assert states["cleanup.policy"] == "compact"
    dead_letters = configs["patron.registry.dead-letters.v1"]
    month = str(30 * 24 * 60 * 60 * 1000)
    assert (dead_letters["cleanup.policy"], dead_letters["retention.ms"]) == ("delete", month)


def test_the_embedded_log_needs_no_topics() -> None:
    class Settings(ServiceSettings):
        name = "notes"

    topics.create(Settings())


def test_an_existing_topic_gets_missing_configs_but_values_set_by_an_operator_stay(
    kafka_bootstrap: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The topics of an older release get the configuration that a newer release adds."""
    name = f"notes{secrets.token_hex(4)}"
    state("note.state", topic=f"{name}.note", key="note_id")(NoteState)
    try:
        with caplog.at_level(logging.INFO):
            declared, actual = _create_topics(
                kafka_bootstrap, name, {"delete.retention.ms": "5000"}
            )
    finally:
        del catalogue._CONTRACTS[NoteState]
    topic, chosen = f"patron.{name}.note.state.v1", {"delete.retention.ms": "5000"}
    assert actual[topic] == declared[topic] | chosen
    assert actual == declared | {topic: declared[topic] | chosen}
    logged = [line.getMessage() for line in caplog.records if "topic." in line.message]
    assert "event='topic.exists'" in logged[0]
    assert topic in logged[0]
    assert "event='topic.completed'" in logged[1]
    assert topic in logged[1]
    assert "max.message.bytes" in logged[1]
    assert "delete.retention.ms" not in logged[1]
    assert "event='topic.created'" in logged[2]
    assert f"patron.{name}.dead-letters.v1" in logged[2]


def _create_topics(
    bootstrap: str, name: str, chosen: dict[str, str]
) -> tuple[dict[str, dict[str, str]], dict[str, dict[str, str]]]:
    """Create one topic of a service with the `chosen` configs, then all missing topics.

    An operator may have chosen such configs. Returns the declared and the actual configs of each
    topic.
    """

    class Settings(ServiceSettings):
        pass

    Settings.name = name
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics([NewTopic(f"patron.{name}.note.state.v1", 1, 1, topic_configs=chosen)])
    topics.create(Settings(kafka_bootstrap=f"{bootstrap},{bootstrap}"), replication=1)
    declared = topics.topic_configs(name)
    # A broker describes a new topic without partitions until its metadata is up to date.
    dead_letters = [f"patron.{name}.dead-letters.v1"]
    assert eventually(
        lambda: len(admin.describe_topics(dead_letters)[0]["partitions"]) == PARTITIONS
    )
    resources = [ConfigResource("TOPIC", topic) for topic in declared]
    actual = admin.describe_configs(resources)["topic"]
    admin.close()
    return declared, {
        topic: {
            key: config["value"] for key, config in actual[topic].items() if key in declared[topic]
        }
        for topic in declared
    }
