"""The digests of one service name every difference of the copies in another."""

import json
import secrets
from argparse import ArgumentError, ArgumentParser
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from shared.reconciliation import (
    Digest,
    Range,
    Record,
    add_digest_options,
    difference,
    lines_of,
    reconcile,
)
from tests.shared.backend import NotesSettings

NO_SESSION = cast("Session", None)
STORED = st.dictionaries(st.uuids(), st.integers(1, 9), max_size=12)


def digest_of(stored: Mapping[UUID, int]) -> Digest:
    """Return the digest of records in memory, which have a version each."""

    def records(_session: Session, within: Range) -> Iterator[Record]:
        for id_, version in sorted(stored.items()):
            is_above = within.after is None or id_ > within.after
            if is_above and (within.to is None or id_ <= within.to):
                yield id_, (version,)

    return Digest(noun="notes.note", records=records)


def lines(stored: Mapping[UUID, int], every: int) -> list[dict[str, Any]]:
    """Return the lines of the command `digest`, as they are read from its output."""
    found = lines_of(NO_SESSION, digest_of(stored), Range(None, None), every=every)
    return [json.loads(json.dumps(line)) for line in found]


def differing(there: Mapping[UUID, int], here: Mapping[UUID, int], every: int) -> list[Any]:
    """Return what `reconcile` prints about copies, without the summary."""
    own = digest_of(here)
    found = (difference(NO_SESSION, own, line) for line in lines(there, every))
    return [each for each in found if each is not None]


@given(STORED, st.integers(1, 5))
def test_equal_copies_have_no_difference(stored: Mapping[UUID, int], every: int) -> None:
    assert differing(stored, stored, every) == []
    assert sum(line["count"] for line in lines(stored, every)) == len(stored)


@given(STORED, STORED)
def test_every_difference_is_within_a_line_and_lines_of_one_record_name_it(
    there: Mapping[UUID, int], here: Mapping[UUID, int]
) -> None:
    wrong = {id_ for id_ in there.keys() | here.keys() if there.get(id_) != here.get(id_)}
    for every in (1, 3):
        found = differing(there, here, every)
        assert bool(found) is bool(wrong)
        for id_ in wrong:
            assert any(_is_within(id_, line) for line in found)
    for line in differing(there, here, 1):
        assert any(_is_within(id_, line) for id_ in wrong)
        assert line["count_here"] == len(line["ids_here"])


def _is_within(id_: UUID, line: Mapping[str, Any]) -> bool:
    """Return whether an id is in the range of a line."""
    after, to = (line[name] and UUID(line[name]) for name in ("after", "to"))
    return (after is None or id_ > after) and (to is None or id_ <= to)


@pytest.mark.parametrize(
    ("here", "status"), [({UUID(int=1): 1}, 0), ({UUID(int=1): 2}, 1), ({}, 1)]
)
def test_the_exit_status_is_1_if_anything_differs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], here: Mapping[UUID, int], status: int
) -> None:
    file = tmp_path / secrets.token_hex(4)
    file.write_text("".join(json.dumps(line) + "\n" for line in lines({UUID(int=1): 1}, 9)))
    with pytest.raises(SystemExit) as exit_:
        reconcile(NotesSettings(data=tmp_path), [digest_of(here)], file=file)
    assert bool(exit_.value.code) is bool(status)
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert printed[-1] == {"compared": 1, "different": status}


@pytest.mark.parametrize("every", ["0", "-1", "many"])
def test_a_line_has_at_least_one_record(every: str) -> None:
    parser = ArgumentParser(exit_on_error=False)
    add_digest_options(parser)
    with pytest.raises(ArgumentError, match="1 or more"):
        parser.parse_args([f"--every={every}"])


def test_a_file_about_other_nouns_compares_nothing_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "other.jsonl"
    file.write_text('{"noun": "notes.other", "after": null, "to": null, "count": 3}\n')
    with pytest.raises(SystemExit) as exit_:
        reconcile(NotesSettings(data=tmp_path), [digest_of({})], file=file)
    assert "has no digest of which this service has copies" in str(exit_.value.code)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("text", ["no JSON", "[]", '{"noun": "notes.note"}', '{"noun": '])
def test_a_file_that_is_no_digest_is_refused_in_a_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "cut.jsonl"
    file.write_text(f"{text}\n")
    with pytest.raises(SystemExit, match="a line that `digest` did not write"):
        reconcile(NotesSettings(data=tmp_path), [digest_of({})], file=file)
