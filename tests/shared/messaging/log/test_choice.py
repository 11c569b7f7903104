"""Which log the settings name."""

from contextlib import closing
from pathlib import Path

from shared.messaging.log.choice import open_log
from shared.messaging.log.embedded import EmbeddedLog
from shared.messaging.log.kafka import KafkaLog
from tests.shared.backend import NotesSettings


def test_brokers_that_are_named_are_the_log_and_are_told_who_we_are() -> None:
    with closing(open_log(NotesSettings(kafka_bootstrap="one:9092,other:9093"))) as log:
        assert isinstance(log, KafkaLog)
        assert (log._bootstrap, log._client) == (["one:9092", "other:9093"], "patron-notes")


def test_without_brokers_the_log_is_a_file_of_one_name_in_the_data_folder(tmp_path: Path) -> None:
    """All services of a machine share it, and a release finds what the one before has written."""
    with closing(open_log(NotesSettings(data=tmp_path))) as log:
        assert isinstance(log, EmbeddedLog)
        assert (tmp_path / "events.log.db").is_file()
