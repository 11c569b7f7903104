"""Tests of `open_log`, which opens the log that the settings choose."""

from contextlib import closing
from pathlib import Path

from shared.messaging.log.choice import open_log
from shared.messaging.log.embedded import EmbeddedLog
from shared.messaging.log.kafka import KafkaLog
from tests.shared.backend import NotesSettings


def test_with_brokers_in_the_settings_the_log_is_kafka_with_a_client_named_as_the_service() -> None:
    with closing(open_log(NotesSettings(kafka_bootstrap="one:9092,other:9093"))) as log:
        assert isinstance(log, KafkaLog)
        assert (log._bootstrap, log._client) == (["one:9092", "other:9093"], "patron-notes")


def test_without_brokers_the_log_is_the_file_events_log_db_in_the_data_folder(
    tmp_path: Path,
) -> None:
    """All services share this file, and a new release must find it by the same name."""
    with closing(open_log(NotesSettings(data=tmp_path))) as log:
        assert isinstance(log, EmbeddedLog)
        assert (tmp_path / "events.log.db").is_file()
