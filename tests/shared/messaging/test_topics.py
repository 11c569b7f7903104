"""Topics as they are declared: facts kept for ever, states compacted within the hour."""

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


def test_the_topics_of_a_service_are_what_its_contracts_and_its_dead_letters_go_by() -> None:
    declared = topics.topic_configs("scoring")
    assert set(declared) == {
        *(each.topic for each in catalogue.contracts_of("scoring")),
        "patron.scoring.dead-letters.v1",
    }
    assert {each["max.message.bytes"] for each in declared.values()} == {str(MAX_RECORD_BYTES)}


def test_facts_are_kept_for_ever_states_compacted_and_dead_letters_kept_a_month() -> None:
    declared = topics.topic_configs("registry")
    facts = declared["patron.registry.customer.events.v1"]
    states = declared["patron.registry.customer.state.v1"]
    assert (facts["cleanup.policy"], facts["retention.ms"]) == ("delete", "-1")
    assert states["cleanup.policy"] == "compact"
    dead = declared["patron.registry.dead-letters.v1"]
    month = str(30 * 24 * 60 * 60 * 1000)
    assert (dead["cleanup.policy"], dead["retention.ms"]) == ("delete", month)


def test_the_embedded_log_needs_no_topics() -> None:
    class Settings(ServiceSettings):
        name = "notes"

    topics.create(Settings())


def test_a_topic_that_is_there_is_completed_and_what_operators_chose_stays(
    kafka_bootstrap: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A deployment of an older release gets what this one declares beyond it."""
    name = f"notes{secrets.token_hex(4)}"
    state("note.state", topic=f"{name}.note", key="note_id")(NoteState)
    try:
        with caplog.at_level(logging.INFO):
            declared, found = _created(kafka_bootstrap, name, {"delete.retention.ms": "5000"})
    finally:
        del catalogue._CONTRACTS[NoteState]
    noted, chosen = f"patron.{name}.note.state.v1", {"delete.retention.ms": "5000"}
    assert found[noted] == declared[noted] | chosen
    assert found == declared | {noted: declared[noted] | chosen}
    told = [each.getMessage() for each in caplog.records if "topic." in each.message]
    assert [("event='topic.exists'" in each, noted in each) for each in told[:1]] == [(True, True)]
    assert "event='topic.completed'" in told[1]
    assert noted in told[1]
    assert "max.message.bytes" in told[1]
    assert "delete.retention.ms" not in told[1]
    assert "event='topic.created'" in told[2]
    assert f"patron.{name}.dead-letters.v1" in told[2]


def _created(
    bootstrap: str, name: str, chosen: dict[str, str]
) -> tuple[dict[str, dict[str, str]], dict[str, dict[str, str]]]:
    """Make topics where one is there; tell what is declared of each and what it is set to."""

    class Settings(ServiceSettings):
        pass

    Settings.name = name
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics([NewTopic(f"patron.{name}.note.state.v1", 1, 1, topic_configs=chosen)])
    topics.create(Settings(kafka_bootstrap=f"{bootstrap},{bootstrap}"), replication=1)
    declared = topics.topic_configs(name)
    (dead,) = admin.describe_topics([f"patron.{name}.dead-letters.v1"])
    assert len(dead["partitions"]) == PARTITIONS
    resources = [ConfigResource("TOPIC", topic) for topic in declared]
    found = admin.describe_configs(resources)["topic"]
    admin.close()
    return declared, {
        topic: {key: one["value"] for key, one in found[topic].items() if key in declared[topic]}
        for topic in declared
    }
