"""The topics of a service in Kafka: facts are never deleted, states are compacted in an hour."""

import json
import logging
import secrets
from collections.abc import Iterator

import pytest
from kafka.admin import ConfigResource, KafkaAdminClient, NewTopic

from shared import commands
from shared.contracts import catalogue
from shared.contracts.catalogue import state
from shared.messaging import topics
from shared.messaging.log import PARTITIONS
from shared.messaging.log.kafka import MAX_RECORD_BYTES
from shared.service import Service
from shared.settings import ServiceSettings
from tests.shared.backend import NoteState
from tests.shared.http.notes import create_app
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


def test_a_topic_is_compared_with_its_declaration() -> None:
    declared = {"partitions": "6", "retention.ms": "-1"}
    assert topics.compare("t", declared, None) == topics.TopicPlan(
        topic="t", status="missing", would_set=declared, differs={}
    )
    assert topics.compare("t", declared, declared | {"min.insync.replicas": "2"}) == (
        topics.TopicPlan(topic="t", status="complete", would_set={}, differs={})
    )
    assert topics.compare("t", declared, {"partitions": "2"}) == topics.TopicPlan(
        topic="t",
        status="incomplete",
        would_set={"retention.ms": "-1"},
        differs={"partitions": {"declared": "6", "cluster": "2"}},
    )


@pytest.fixture
def notes(kafka_bootstrap: str) -> Iterator[ServiceSettings]:
    """Return settings of a service with a topic of states and a topic of dead letters."""
    name = f"notes{secrets.token_hex(4)}"
    state("note.state", topic=f"{name}.note", key="note_id")(NoteState)
    settings = type("Settings", (ServiceSettings,), {"name": name})
    yield settings(kafka_bootstrap=kafka_bootstrap)
    del catalogue._CONTRACTS[NoteState]


def test_a_plan_has_what_would_be_created_and_is_complete_afterwards(
    notes: ServiceSettings,
) -> None:
    declared = topics.topic_configs(notes.name)
    plans = {plan.topic: plan for plan in topics.plan(notes)}
    assert {plan.status for plan in plans.values()} == {"missing"}
    assert {name: dict(plan.would_set) for name, plan in plans.items()} == {
        name: configs | {"partitions": "6"} for name, configs in declared.items()
    }
    topics.create(notes, replication=1)
    complete = [topics.TopicPlan(topic=name, status="complete") for name in declared]
    assert eventually(lambda: list(topics.plan(notes)) == complete)


def test_a_plan_has_the_missing_and_the_differing_settings_of_a_topic(
    notes: ServiceSettings,
) -> None:
    name = f"patron.{notes.name}.note.state.v1"
    chosen = {"cleanup.policy": "compact", "delete.retention.ms": "5000"}
    admin = KafkaAdminClient(bootstrap_servers=notes.kafka_bootstrap)
    admin.create_topics([NewTopic(name, 2, 1, topic_configs=chosen)])
    assert eventually(lambda: len(admin.describe_topics([name])[0]["partitions"]) == 2)
    admin.close()
    (plan,) = (plan for plan in topics.plan(notes) if plan.topic == name)
    declared = topics.topic_configs(notes.name)[name]
    assert plan.status == "incomplete"
    assert plan.would_set == {key: declared[key] for key in declared if key not in chosen}
    assert plan.differs == {
        "partitions": {"declared": "6", "cluster": "2"},
        "delete.retention.ms": {"declared": "315360000000", "cluster": "5000"},
    }


@pytest.mark.parametrize("status", [1, 0])
def test_the_exit_status_of_a_dry_run_is_1_if_topics_would_be_created(
    notes: ServiceSettings, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    if status == 0:
        topics.create(notes, replication=1)
        assert eventually(lambda: {plan.status for plan in topics.plan(notes)} == {"complete"})
    service = Service(settings=type(notes), create_app=create_app)
    capsys.readouterr()
    with pytest.raises(SystemExit) as exiting:
        commands.topics(service, notes, dry_run=True)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert exiting.value.code == status
    assert {line["status"] for line in lines} == {"complete" if status == 0 else "missing"}


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
