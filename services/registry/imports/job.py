"""Do the work of an import: in chunks, each one transaction with its counts and its place.

After kill -9 the next worker goes on behind the last chunk that was committed.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from services.registry.customer import service as customers
from services.registry.imports import domain, records
from services.registry.imports.columns import columns_of
from services.registry.imports.domain import Columns, Entity, Mode, Options
from services.registry.imports.models import Import, Rejection
from services.registry.imports.orders import Draft, OrderReader, Rejected, with_customers
from services.registry.imports.staging import Group, Staging
from services.registry.order import service as orders
from services.registry.order.domain import Order
from services.registry.order.repository import known_orders
from services.registry.product import service as products
from shared import clock
from shared.bulk import insert_rows
from shared.errors import Invalid
from shared.files.store import open_file
from shared.files.tables import Line, Table, read_table
from shared.imports.service import count_lines, on_trial, progress, rejection, tell_total
from shared.jobs.runner import JobFailed, Run
from shared.metrics import JOB_LINES
from shared.outcome import Outcome

_CHUNK_LINES = 500
_BEAT_LINES = 50_000
_CHUNK_ORDERS = 500


@dataclass(slots=True)
class Chunk:
    """What became of some lines."""

    position: str
    outcomes: Counter[str] = field(default_factory=Counter)
    rejected: list[Rejected] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Job:
    run: Run
    row: Import
    options: Options
    columns: Columns
    named: set[str] = field(default_factory=set)


Put = Callable[[Session], Chunk]


def run_import(run: Run) -> None:
    """Take a file in; JobFailed if it cannot be read."""
    with run.database.reading() as session:
        row = session.get_one(Import, run.job_id)
    with closing(open_file(run.database, run.job_id)) as stream:
        try:
            options = Options(**row.options | {"mode": Mode(row.options["mode"])})
            table = read_table(stream, encoding=options.encoding)
            columns = columns_of(Entity(row.entity), table.header, row.mapping, options)
            _WORKS[Entity(row.entity)](_Job(run, row, options, columns), table)
        except Invalid as error:
            raise JobFailed(error.faults[0]) from error


def _import_orders(job: _Job, table: Table) -> None:
    names: dict[str, str] = {}
    with closing(Staging()) as staging:
        tell_total(job.run, job.row, staging.fill(_keyed(job, table, names)))
        reader = OrderReader(job.columns, job.options)
        groups = staging.groups(job.row.position)
        while found := list(islice(groups, _CHUNK_ORDERS)):
            _commit(job, partial(_put_orders, job, reader, found, names))


def _keyed(job: _Job, table: Table, names: dict[str, str]) -> Iterator[tuple[str, Line]]:
    """Give each line with its order's id, noting the names of products: the later one wins."""
    places = {column.field: column.place for column in job.columns.found}
    key, code, name = places["order_id"], places["product_code"], places.get("product_name")
    for line in table.lines:
        if line.number % _BEAT_LINES == 0:
            job.run.check()
        if name is not None and (stated := _readable(line.cells[name].strip())):
            names[line.cells[code].strip()] = stated
        yield line.cells[key].strip(), line


def _readable(name: str) -> str:
    """Give a name that can be taken; none of a line that will be rejected for it."""
    try:
        return domain.name(name)
    except ValueError:
        return ""


def _put_orders(
    job: _Job,
    reader: OrderReader,
    groups: Sequence[Group],
    names: dict[str, str],
    session: Session,
) -> Chunk:
    chunk = Chunk(position=groups[-1][0])
    drafts: list[Draft] = []
    for order_id, lines in groups:
        read = reader.read(order_id, lines)
        if isinstance(read, Draft):
            drafts.append(read)
        else:
            chunk.rejected += read
    wanted = {draft.customer for draft in drafts if draft.customer}
    known = customers.customers_named(
        session,
        system=job.options.system,
        external_ids=wanted,
        create=job.options.create_customers,
        by=job.row.created_by,
    )
    drafts, strangers = with_customers(drafts, known)
    chunk.rejected += strangers
    drafts = _allowed(session, job, drafts, chunk)
    taken = [draft.order for draft in drafts]
    _name_products(session, job, taken, names)
    outcomes = [put.outcome for put in orders.put_orders(session, orders=taken)]
    for draft, outcome in zip(drafts, outcomes, strict=True):
        chunk.outcomes[outcome] += len(draft.lines)
    return chunk


def _name_products(
    session: Session, job: _Job, taken: Sequence[Order], names: Mapping[str, str]
) -> None:
    """See once for each code that the catalogue has it, under its latest name in the file."""
    codes = {line.product_code for order in taken for line in order.lines} - job.named
    products.name_products(session, names={code: names.get(code, "") for code in sorted(codes)})
    job.named.update(() if job.row.dry_run else codes)


def _allowed(session: Session, job: _Job, drafts: Sequence[Draft], chunk: Chunk) -> list[Draft]:
    if job.options.mode is Mode.UPSERT:
        return list(drafts)
    keys = [(draft.order.system, draft.order_id) for draft in drafts]
    known = {external_id for _, external_id in known_orders(session, keys)}
    taken = []
    for draft in drafts:
        if fault := _forbidden(job, known=draft.order_id in known):
            chunk.rejected += [Rejected(line, [fault]) for line in draft.lines]
        else:
            taken.append(draft)
    return taken


def _forbidden(job: _Job, *, known: bool) -> str | None:
    mode = job.options.mode
    if mode is Mode.INSERT and known:
        return "It is on record already, and the mode is insert."
    if mode is Mode.UPDATE and not known:
        return "It is not on record, and the mode is update."
    return None


def _import_customers(job: _Job, table: Table) -> None:
    _import_lines(job, table, _CUSTOMERS)


def _import_products(job: _Job, table: Table) -> None:
    _import_lines(job, table, _PRODUCTS)


@dataclass(frozen=True, slots=True)
class _Noun:
    """How lines become things of a noun, what is on record of them, and how many are put."""

    key: Callable[[Mapping[str, Any], Options], Any]
    known: Callable[[Session, Collection[Any]], Mapping[Any, Any]]
    make: Callable[[Mapping[str, Any], Options, Any], Any]
    put: Callable[[Session, Mapping[Any, Any], str], Mapping[Any, Outcome]]


_CUSTOMERS = _Noun(
    key=records.customer_key,
    known=customers.records_for_change,
    make=records.customer,
    put=lambda session, made, by: customers.put_customers(session, records=made, by=by),
)
_PRODUCTS = _Noun(
    key=records.product_key,
    known=products.products_for_change,
    make=records.product,
    put=lambda session, made, _: products.put_products(session, products=list(made.values())),
)


def _import_lines(job: _Job, table: Table, noun: _Noun) -> None:
    if job.row.total is None:
        tell_total(job.run, job.row, count_lines(job.run, job.row))
    done = int(job.row.position or 1)
    lines = (line for line in table.lines if line.number > done)
    while found := list(islice(lines, _CHUNK_LINES)):
        _commit(job, partial(_put_lines, job, found, noun))


def _put_lines(job: _Job, lines: Sequence[Line], noun: _Noun, session: Session) -> Chunk:
    """Put what the lines say; where two lines name the same thing, the later one wins."""
    chunk = Chunk(position=str(lines[-1].number))
    read = [_read(job, line, noun) for line in lines]
    known = noun.known(session, {key for key, _, faults in read if not faults})
    made: dict[Any, Any] = {}
    for key, values, faults in read:
        if not faults:
            before = made.get(key, known.get(key))
            wrong = _make(job, noun, made, key, values, before=before, known=key in known)
            faults.extend(wrong)
    outcomes = noun.put(session, made, job.row.created_by)
    for line, (key, _, faults) in zip(lines, read, strict=True):
        if faults:
            chunk.rejected.append(Rejected(line, faults))
        else:
            chunk.outcomes[outcomes[key]] += 1
    return chunk


def _read(job: _Job, line: Line, noun: _Noun) -> tuple[Any, dict[str, Any], list[str]]:
    values, faults = job.columns.read(line.cells)
    faults += [line.fault.message] if line.fault else []
    return None if faults else noun.key(values, job.options), values, faults


def _make(
    job: _Job,
    noun: _Noun,
    made: dict[Any, Any],
    key: Any,
    values: Mapping[str, Any],
    *,
    before: Any,
    known: bool,
) -> list[str]:
    if fault := _forbidden(job, known=known):
        return [fault]
    try:
        made[key] = noun.make(values, job.options, before)
    except ValueError as error:
        return [str(error)]
    return []


def _commit(job: _Job, put: Put) -> None:
    """Put one chunk together with its counts; a dry run keeps the counts alone."""
    with job.run.transaction() as session:
        with on_trial(session, dry_run=job.row.dry_run):
            chunk = put(session)
        outcomes = {**chunk.outcomes, "rejected": len(chunk.rejected)}
        rejected = [rejection(job.row, found.line, found.faults) for found in chunk.rejected]
        insert_rows(session, Rejection, rejected)
        at = {"position": chunk.position, "changed_at": clock.now()}
        session.execute(progress(job.row, outcomes, **at))
    JOB_LINES.labels("imports").inc(sum(outcomes.values()))
    job.run.check()


_WORKS = {
    Entity.ORDERS: _import_orders,
    Entity.CUSTOMERS: _import_customers,
    Entity.PRODUCTS: _import_products,
}
