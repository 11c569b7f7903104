"""Take the customers or products of a file in: each line is one, and the later one wins."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from services.registry.customer import service as customers
from services.registry.customer.domain import contradictions
from services.registry.imports import records
from services.registry.imports.chunks import Chunk, Task, commit
from services.registry.imports.domain import Options, Rejected
from services.registry.product import service as products
from shared.files.tables import Line
from shared.imports.service import count_lines, tell_total
from shared.outcome import Outcome

CHUNK_LINES = 500


@dataclass(frozen=True, slots=True)
class Noun:
    """How lines become things of a noun, what is on record of them, and how many are put.

    `key` raises ValueError where what stands in the field `named_by` names nothing.
    """

    named_by: str
    key: Callable[[Mapping[str, Any], Options], Any]
    known: Callable[[Session, Collection[Any]], Mapping[Any, Any]]
    make: Callable[[Mapping[str, Any], Options, Any], Any]
    faults: Callable[[Any], Iterable[tuple[str, str]]]
    put: Callable[[Session, Mapping[Any, Any], str], Mapping[Any, Outcome]]


CUSTOMERS = Noun(
    named_by="external_id",
    key=records.customer_key,
    known=customers.records_for_change,
    make=records.customer,
    faults=lambda record: [(found.field, found.message) for found in contradictions(record)],
    put=lambda session, made, by: customers.put_customers(session, records=made, by=by),
)
PRODUCTS = Noun(
    named_by="code",
    key=records.product_key,
    known=products.products_for_change,
    make=records.product,
    faults=lambda _: [],
    put=lambda session, made, _: products.put_products(session, products=list(made.values())),
)


@dataclass(slots=True)
class _Said:
    """What a line says, and what is wrong with it; without a fault it names something."""

    line: Line
    values: Mapping[str, Any]
    faults: list[str]
    key: Any = None


def import_records(task: Task, noun: Noun, lines: Iterator[Line]) -> None:
    """Take in what is not yet processed."""
    if task.row.total is None:
        tell_total(task.run, task.row, count_lines(task.run, task.row))
    rest = islice(lines, task.row.processed, None)
    while found := list(islice(rest, CHUNK_LINES)):
        commit(task, partial(_put, task, noun, found))


def _put(task: Task, noun: Noun, lines: Sequence[Line], session: Session) -> Chunk:
    said = [_said(task, noun, line) for line in lines]
    known = noun.known(session, {one.key for one in said if not one.faults})
    made = _made(task, noun, [one for one in said if not one.faults], known)
    outcomes = noun.put(session, made, task.row.created_by)
    chunk = Chunk(rejected=[Rejected(one.line, one.faults) for one in said if one.faults])
    chunk.outcomes.update(outcomes[one.key] for one in said if not one.faults)
    return chunk


def _said(task: Task, noun: Noun, line: Line) -> _Said:
    values, faults = task.layout.read(line.cells)
    faults += [line.fault.message] if line.fault else []
    try:
        return _Said(line, values, faults, None if faults else noun.key(values, task.options))
    except ValueError as error:
        return _Said(line, values, [task.layout.columns.fault(noun.named_by, str(error))])


def _made(
    task: Task, noun: Noun, said: Iterable[_Said], known: Mapping[Any, Any]
) -> dict[Any, Any]:
    """Make things of what lines say, each of what is there before; note what is wrong."""
    made: dict[Any, Any] = {}
    for one in said:
        if fault := task.options.forbids(known=one.key in known):
            one.faults.append(fault)
            continue
        thing = noun.make(one.values, task.options, made.get(one.key, known.get(one.key)))
        one.faults += [task.layout.columns.fault(*found) for found in noun.faults(thing)]
        if not one.faults:
            made[one.key] = thing
    return made
