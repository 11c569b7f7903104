"""A file of any shape is worked on in bounded memory."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from services.registry.sales.order.domain import MOST_LINES
from services.registry.transfer.imports import job_orders, staging
from services.registry.transfer.imports.chunks import commit
from services.registry.transfer.imports.staging import Staging
from shared.errors import Fault
from shared.files.tables import Line
from tests.services.harness import Running
from tests.services.registry.transfer.imports.files import (
    CREATE,
    HEADER,
    counts,
    imported,
    orders,
    rejected,
    started,
    work,
)


@pytest.fixture(autouse=True)
def nothing_is_left(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Hold of every test here that what is gathered leaves no file behind."""
    here = tmp_path_factory.mktemp("here")
    monkeypatch.chdir(here)
    yield
    assert list(Path(here).iterdir()) == []


def groups(keys: Iterable[str], *, most: int) -> list[tuple[str, list[int], bool]]:
    with closing(Staging()) as gathered:
        lines = ((key, Line(at, [key])) for at, key in enumerate(keys, 2))
        count = gathered.fill(lines)
        found = [
            (group.order_id, [line.number for line in group.lines], group.cut)
            for group in gathered.groups(most=most)
        ]
    assert count == sum(len(numbers) for _, numbers, _ in found)
    return found


def test_lines_of_an_order_are_gathered_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "LONGEST_RUN", 2)
    assert groups("baaabba", most=9) == [("a", [3, 4, 5, 8], False), ("b", [2, 6, 7], False)]


def test_more_lines_than_an_order_may_have_are_given_in_pieces() -> None:
    found = groups("aaaaaaab", most=2)
    assert found == [
        ("a", [2, 3, 4], True),
        ("a", [5, 6, 7], True),
        ("a", [8], True),
        ("b", [9], False),
    ]
    assert groups("aaab", most=3) == [("a", [2, 3, 4], False), ("b", [5], False)]


def test_lines_without_an_order_are_given_one_by_one() -> None:
    assert groups(["", "a", ""], most=1) == [("", [2], False), ("", [4], False), ("a", [3], False)]


def test_a_line_comes_back_as_it_was_with_what_was_wrong_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(staging, "LONGEST_RUN", 2)
    ragged = Fault("", "ragged", "Give 2 cells.")
    lines = [Line(2, ["a", "值"]), Line(3, ["a"], ragged), Line(4, ["a", ""])]
    with closing(Staging()) as gathered:
        gathered.fill(("a", line) for line in lines)
        ((_, found, _),) = gathered.groups(most=9)
    assert found == lines


def test_lines_of_an_order_that_stand_together_are_kept_a_few_at_a_time() -> None:
    """No row of the temporary file grows with the number of lines of an order."""
    lines = [("a", Line(number, ["a"])) for number in range(staging.LONGEST_RUN * 2 + 1)]
    found = [(key, len(run)) for key, run in staging._runs([*lines, ("b", Line(999, ["b"]))])]
    assert found == [("a", staging.LONGEST_RUN)] * 2 + [("a", 1), ("b", 1)]


def line(order_id: str) -> str:
    return f"{order_id},2026-01-31,C1,P1,x,1,1,CNY\n"


def test_an_order_of_too_many_lines_is_rejected_whole(registry: Running) -> None:
    content = f"{HEADER}\n" + line("A1") * (MOST_LINES * 2 + 2) + line("B1") * MOST_LINES
    body = imported(registry, "orders", content, options=CREATE)
    assert counts(body) == (MOST_LINES, 0, 0, MOST_LINES * 2 + 2)
    assert set(orders(registry)) == {"B1"}
    (told,) = {row["errors"] for row in rejected(registry, body)}
    assert told == f"order_id: Give at most {MOST_LINES} lines an order."


def test_lines_without_an_order_say_what_else_is_wrong_with_them(registry: Running) -> None:
    content = f"{HEADER}\n" + line("") + line("").replace("1,1,CNY", "0x,1,CNY")
    body = imported(registry, "orders", content, options=CREATE)
    first, second = (row["errors"] for row in rejected(registry, body))
    assert first == "order_id: Give a value."
    assert second.startswith("order_id: Give a value; quantity: Give digits")


class _KilledError(BaseException):
    """What kill -9 leaves behind: nothing runs any more, what is committed stays."""


def commit_and_die(*given: Any) -> None:
    commit(*given)
    raise _KilledError


def test_an_order_that_is_cut_stays_rejected_when_a_second_worker_goes_on(
    registry: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first is killed between two pieces; none of the second's is taken for an order."""
    content = f"{HEADER}\n" + line("A1") * (MOST_LINES * 2 + 10) + line("B1")
    answer = started(registry.client, "orders", content, options=CREATE)
    with monkeypatch.context() as killing:
        killing.setattr(job_orders, "CHUNK_LINES", 1)
        killing.setattr(job_orders, "commit", commit_and_die)
        with pytest.raises(_KilledError):
            work(registry)
    part = registry.client.get(answer.headers["Location"]).json()
    assert (part["state"], part["processed"]) == ("running", MOST_LINES + 1)
    work(registry)
    body = registry.client.get(answer.headers["Location"]).json()
    assert counts(body) == (1, 0, 0, MOST_LINES * 2 + 10)
