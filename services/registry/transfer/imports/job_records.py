"""Take the customers or products of a file in: each line sees what those before it left."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from services.registry.customers.customer import service as customers
from services.registry.customers.customer.domain import contradictions
from services.registry.sales.product import service as products
from services.registry.transfer.imports import records
from services.registry.transfer.imports.chunks import Chunk, Task, commit, rehearse
from services.registry.transfer.imports.domain import Options, Rejected
from services.registry.transfer.imports.trial import Trial
from shared.files.tables import Line
from shared.imports.service import count_lines, save_total
from shared.upsert import UpsertResult

CHUNK_LINES = 500


@dataclass(frozen=True, slots=True)
class Noun:
    """How lines become things of a noun, what is on record of them, and how many are put.

    `key` raises ValueError where what stands in the field `named_by` names nothing. Several keys
    may mean one thing: `one` gives the same for all of them.
    """

    named_by: str
    key: Callable[[Mapping[str, Any], Options], Any]
    known: Callable[[Session, Collection[Any]], Mapping[Any, Any]]
    one: Callable[[Any, Any], Any]
    make: Callable[[Mapping[str, Any], Options, Any], Any]
    faults: Callable[[Any], Iterable[tuple[str, str]]]
    put: Callable[[Session, Mapping[Any, Any], str], object]


CUSTOMERS = Noun(
    named_by="external_id",
    key=records.customer_key,
    known=customers.records_for_change,
    one=records.customer_named,
    make=records.customer,
    faults=lambda record: [(found.field, found.message) for found in contradictions(record)],
    put=lambda session, made, by: customers.put_customers(session, records=made, by=by),
)
PRODUCTS = Noun(
    named_by="code",
    key=records.product_key,
    known=products.products_for_change,
    one=lambda code, _: code,
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
    outcome: UpsertResult = UpsertResult.UNCHANGED


def import_records(task: Task, noun: Noun, lines: Iterator[Line]) -> None:
    """Take in what is not yet processed."""
    if task.row.total is None:
        save_total(task.run, task.row, count_lines(task.run, task.row))
    with closing(Trial()) as trial:
        for found in _chunks(islice(lines, task.row.processed)):
            if task.row.dry_run:
                rehearse(task, partial(_put, task, noun, trial, found))
        for found in _chunks(lines):
            commit(task, partial(_put, task, noun, trial, found))


def _chunks(lines: Iterator[Line]) -> Iterator[Sequence[Line]]:
    while found := list(islice(lines, CHUNK_LINES)):
        yield found


def _put(task: Task, noun: Noun, trial: Trial, lines: Sequence[Line], session: Session) -> Chunk:
    said = [_said(task, noun, line) for line in lines]
    named = [one for one in said if not one.faults]
    found = noun.known(session, {one.key for one in named})
    for one in named:
        one.key = noun.one(one.key, found.get(one.key))
    known = {noun.one(key, thing): thing for key, thing in found.items()}
    known |= trial.recall({one.key for one in named})
    made = _made(task, noun, named, known)
    noun.put(session, made, task.row.created_by)
    if task.row.dry_run:
        trial.remember(made)
    chunk = Chunk(rejected=[Rejected(one.line, one.faults) for one in said if one.faults])
    chunk.outcomes.update(one.outcome for one in said if not one.faults)
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
    """Make of what is known what it is after all lines; note what each did, or what is wrong."""
    made = dict(known)
    for one in said:
        before = made.get(one.key)
        if fault := task.options.forbids(known=before is not None):
            one.faults.append(fault)
            continue
        thing = noun.make(one.values, task.options, before)
        one.faults += [task.layout.columns.fault(*found) for found in noun.faults(thing)]
        if not one.faults:
            made[one.key], one.outcome = thing, _outcome(before, thing)
    return {key: thing for key, thing in made.items() if thing != known.get(key)}


def _outcome(before: object, after: object) -> UpsertResult:
    if before is None:
        return UpsertResult.CREATED
    return UpsertResult.UNCHANGED if after == before else UpsertResult.UPDATED
