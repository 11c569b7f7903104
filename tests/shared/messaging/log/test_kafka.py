"""Tests of reading messages of Kafka, including messages that other programs have written."""

from kafka import TopicPartition
from kafka.consumer.fetcher import ConsumerRecord

from shared.messaging.envelope import ReceivedRecord, Record
from shared.messaging.log.kafka import _flattened


def consumer_record(**values: object) -> ConsumerRecord:
    """Return a message as kafka-python returns it, with these fields and None in all others."""
    fields = dict.fromkeys(ConsumerRecord._fields)
    return ConsumerRecord(**fields | {"topic": "t", "partition": 2, "offset": 7} | values)


def test_the_key_value_and_headers_of_a_record_are_read() -> None:
    headers = [("ce_id", b"1"), ("note", "中文".encode())]
    record = consumer_record(key="键".encode(), value=b"\xff", headers=headers)
    expected = Record("t", "键", b"\xff", {"ce_id": "1", "note": "中文"})
    assert list(_flattened({TopicPartition("t", 2): [record]})) == [ReceivedRecord(expected, 2, 7)]


def test_a_missing_key_or_header_is_empty_and_invalid_utf_8_is_replaced() -> None:
    headers = [("empty", None), ("invalid", b"a\xff")]
    without_key = consumer_record(key=None, value=None, headers=headers)
    with_invalid_key = consumer_record(key=b"\xffb", value=b"", headers=[])
    one, other = _flattened({TopicPartition("t", 2): [without_key, with_invalid_key]})
    replaced = "a\N{REPLACEMENT CHARACTER}"
    assert one.record == Record("t", "", None, {"empty": "", "invalid": replaced})
    assert other.record == Record("t", "\N{REPLACEMENT CHARACTER}b", b"", {})


def test_records_of_several_partitions_are_yielded_partition_by_partition() -> None:
    polled = {
        TopicPartition("t", part): [
            consumer_record(partition=part, offset=offset, headers=[]) for offset in range(2)
        ]
        for part in (1, 0)
    }
    locations = [(item.partition, item.offset) for item in _flattened(polled)]
    assert locations == [(1, 0), (1, 1), (0, 0), (0, 1)]
