"""Records of Kafka as they are read, including those of other producers."""

from kafka import TopicPartition
from kafka.consumer.fetcher import ConsumerRecord

from shared.messaging.envelope import ReceivedRecord, Record
from shared.messaging.log.kafka import _flattened


def consumer_record(**values: object) -> ConsumerRecord:
    """Return a message as kafka-python returns it, with these values."""
    fields = dict.fromkeys(ConsumerRecord._fields)
    return ConsumerRecord(**fields | {"topic": "t", "partition": 2, "offset": 7} | values)


def test_the_key_value_and_headers_of_a_record_are_read() -> None:
    headers = [("ce_id", b"1"), ("note", "中文".encode())]
    record = consumer_record(key="键".encode(), value=b"\xff", headers=headers)
    expected = Record("t", "键", b"\xff", {"ce_id": "1", "note": "中文"})
    assert list(_flattened({TopicPartition("t", 2): [record]})) == [ReceivedRecord(expected, 2, 7)]


def test_a_missing_key_or_header_is_empty_and_invalid_utf_8_is_replaced() -> None:
    bare = consumer_record(key=None, value=None, headers=[("empty", None), ("odd", b"a\xff")])
    odd = consumer_record(key=b"\xffb", value=b"", headers=[])
    one, other = _flattened({TopicPartition("t", 2): [bare, odd]})
    assert one.record == Record("t", "", None, {"empty": "", "odd": "a\N{REPLACEMENT CHARACTER}"})
    assert other.record == Record("t", "\N{REPLACEMENT CHARACTER}b", b"", {})


def test_records_of_several_partitions_are_yielded_partition_by_partition() -> None:
    polled = {
        TopicPartition("t", part): [
            consumer_record(partition=part, offset=offset, headers=[]) for offset in range(2)
        ]
        for part in (1, 0)
    }
    locations = [(each.partition, each.offset) for each in _flattened(polled)]
    assert locations == [(1, 0), (1, 1), (0, 0), (0, 1)]
