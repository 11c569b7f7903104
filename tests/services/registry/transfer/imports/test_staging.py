"""Sorting the lines of a file by their keys, and importing orders from the sorted lines."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from services.registry.sales.order.domain import MAX_LINES
from services.registry.transfer.imports import job_groups, staging
from services.registry.transfer.imports.chunks import commit
from services.registry.transfer.imports.staging import Staging
from shared.files.tables import Line, ragged
from tests.services.harness import Running
from tests.services.registry.transfer.imports.files import (
    CREATE,
    HEADER,
    Counts,
    counts,
    import_file,
    orders,
    rejected_rows,
    run_jobs,
    start_import,
)


@pytest.fixture(autouse=True)
def empty_working_directory(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Run each test in an empty working directory; fail it if it leaves a file there."""
    folder = tmp_path_factory.mktemp("working")
    monkeypatch.chdir(folder)
    yield
    assert list(Path(folder).iterdir()) == []


def groups(keys: Iterable[str], *, max_lines: int) -> list[tuple[str, list[int], bool]]:
    """Sort one line for each key; return the key, line numbers and `is_cut` of each group."""
    with closing(Staging()) as staged:
        lines = ((key, Line(number, [key])) for number, key in enumerate(keys, 2))
        count = staged.fill(lines)
        found = [
            (group.key, [line.number for line in group.lines], group.is_cut)
            for group in staged.groups(max_lines=max_lines)
        ]
    assert count == sum(len(numbers) for _, numbers, _ in found)
    return found


def test_lines_with_the_same_key_are_gathered_in_the_sequence_of_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(staging, "MAX_RUN_LINES", 2)
    assert groups("baaabba", max_lines=9) == [("a", [3, 4, 5, 8], False), ("b", [2, 6, 7], False)]


def test_more_lines_than_a_record_may_have_are_yielded_in_pieces() -> None:
    """A piece has one line too many, and a True that marks a key with too many lines."""
    found = groups("aaaaaaab", max_lines=2)
    assert found == [
        ("a", [2, 3, 4], True),
        ("a", [5, 6, 7], True),
        ("a", [8], True),
        ("b", [9], False),
    ]
    assert groups("aaab", max_lines=3) == [("a", [2, 3, 4], False), ("b", [5], False)]


def test_lines_without_a_key_are_yielded_one_by_one() -> None:
    assert groups(["", "a", ""], max_lines=1) == [
        ("", [2], False),
        ("", [4], False),
        ("a", [3], False),
    ]


def test_a_sorted_line_is_yielded_with_its_cells_its_fault_and_its_rounded_cells(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(staging, "MAX_RUN_LINES", 2)
    fault = ragged(expected=2, found=1)
    lines = [Line(2, ["a", "值"]), Line(3, ["a"], fault), Line(4, ["a", ""], None, (1,))]
    with closing(Staging()) as staged:
        staged.fill(("a", line) for line in lines)
        ((_, found, _),) = staged.groups(max_lines=9)
    assert found == lines


def test_adjacent_lines_with_the_same_key_are_stored_in_runs_of_limited_length() -> None:
    """No row of the temporary file grows with the number of lines of a record."""
    lines = [("a", Line(number, ["a"])) for number in range(staging.MAX_RUN_LINES * 2 + 1)]
    found = [(key, len(run)) for key, run in staging._runs([*lines, ("b", Line(999, ["b"]))])]
    assert found == [("a", staging.MAX_RUN_LINES)] * 2 + [("a", 1), ("b", 1)]


def line(order_id: str) -> str:
    """Return a line of a file of orders."""
    return f"{order_id},2026-01-31,C1,P1,x,1,1,CNY\n"


def test_an_order_with_too_many_lines_is_rejected(registry: Running) -> None:
    content = f"{HEADER}\n" + line("A1") * (MAX_LINES * 2 + 2) + line("B1") * MAX_LINES
    body = import_file(registry, "orders", content, options=CREATE)
    assert counts(body) == Counts(created=MAX_LINES, rejected=MAX_LINES * 2 + 2)
    assert set(orders(registry)) == {"B1"}
    (errors,) = {row["errors"] for row in rejected_rows(registry, body)}
    assert errors == f"order_id: Give at most {MAX_LINES} lines an order."


def test_lines_without_an_order_id_report_their_other_faults_too(registry: Running) -> None:
    content = f"{HEADER}\n" + line("") + line("").replace("1,1,CNY", "0x,1,CNY")
    body = import_file(registry, "orders", content, options=CREATE)
    first, second = (row["errors"] for row in rejected_rows(registry, body))
    assert first == "order_id: Give a value."
    assert second.startswith("order_id: Give a value; quantity: Give digits")


class _KilledError(BaseException):
    """Stands for a killed process: nothing runs after it, but committed changes stay."""


def commit_and_die(*arguments: Any) -> None:
    """Commit a chunk, and then end as if the process was killed."""
    commit(*arguments)
    raise _KilledError


def test_an_order_in_pieces_stays_rejected_when_a_second_worker_goes_on(
    registry: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker is killed between two pieces of an order; the last piece must not be imported."""
    content = f"{HEADER}\n" + line("A1") * (MAX_LINES * 2 + 10) + line("B1")
    answer = start_import(registry.client, "orders", content, options=CREATE)
    with monkeypatch.context() as killing:
        killing.setattr(job_groups, "CHUNK_LINES", 1)
        killing.setattr(job_groups, "commit", commit_and_die)
        with pytest.raises(_KilledError):
            run_jobs(registry)
    part = registry.client.get(answer.headers["Location"]).json()
    assert (part["state"], part["processed"]) == ("running", MAX_LINES + 1)
    run_jobs(registry)
    body = registry.client.get(answer.headers["Location"]).json()
    assert counts(body) == Counts(created=1, rejected=MAX_LINES * 2 + 10)
