"""What records of other producers are to us, whatever they left out."""

from kafka import TopicPartition
from kafka.consumer.fetcher import ConsumerRecord

from shared.messaging.envelope import ReceivedRecord, Record
from shared.messaging.log.kafka import _flattened


def told(**given: object) -> ConsumerRecord:
    fields = dict.fromkeys(ConsumerRecord._fields)
    return ConsumerRecord(**fields | {"topic": "t", "partition": 2, "offset": 7} | given)


def test_a_record_is_read_whole() -> None:
    headers = [("ce_id", b"1"), ("note", "中文".encode())]
    record = told(key="键".encode(), value=b"\xff", headers=headers)
    expected = Record("t", "键", b"\xff", {"ce_id": "1", "note": "中文"})
    assert list(_flattened({TopicPartition("t", 2): [record]})) == [ReceivedRecord(expected, 2, 7)]


def test_what_a_producer_left_out_is_empty_and_what_is_no_text_stops_nobody() -> None:
    bare = told(key=None, value=None, headers=[("empty", None), ("odd", b"a\xff")])
    odd = told(key=b"\xffb", value=b"", headers=[])
    one, other = _flattened({TopicPartition("t", 2): [bare, odd]})
    assert one.record == Record("t", "", None, {"empty": "", "odd": "a\N{REPLACEMENT CHARACTER}"})
    assert other.record == Record("t", "\N{REPLACEMENT CHARACTER}b", b"", {})


def test_a_poll_of_several_partitions_is_read_partition_by_partition() -> None:
    polled = {
        TopicPartition("t", part): [told(partition=part, offset=at, headers=[]) for at in range(2)]
        for part in (1, 0)
    }
    places = [(each.partition, each.offset) for each in _flattened(polled)]
    assert places == [(1, 0), (1, 1), (0, 0), (0, 1)]
