"""Take the orders of a file in: gathered on disk first, as their lines need not stand together."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from functools import partial
from itertools import chain

from sqlalchemy.orm import Session

from services.registry.customers.customer import service as customers
from services.registry.sales.order import service as orders
from services.registry.sales.order.domain import MOST_LINES, Order
from services.registry.sales.order.repository import orders_for_change
from services.registry.sales.product import service as products
from services.registry.transfer.imports.cells import NAME
from services.registry.transfer.imports.chunks import Chunk, Task, commit
from services.registry.transfer.imports.domain import Mode, Rejected
from services.registry.transfer.imports.orders import Draft, OrderReader, with_customers
from services.registry.transfer.imports.staging import Group, Staging
from shared.files.tables import Line
from shared.imports.service import save_total

_BEAT_LINES = 50_000
CHUNK_ORDERS = 500
CHUNK_LINES = 5000


class OrdersWork:
    """The work on a file of orders, by one worker."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._reader = OrderReader(task.layout, task.options)
        self._names: dict[str, str] = {}
        self._named: set[str] = set()

    def run(self, lines: Iterable[Line]) -> None:
        """Take in what is not yet processed."""
        task = self._task
        with closing(Staging()) as staging:
            save_total(task.run, task.row, staging.fill(self._keyed(lines)))
            groups = _beyond(staging.groups(most=MOST_LINES), task.row.processed)
            for chunk in _chunks(groups):
                commit(task, partial(self._put, chunk))

    def _keyed(self, lines: Iterable[Line]) -> Iterator[tuple[str, Line]]:
        """Give each line with its order's id, noting the names of products: the later one wins.

        A line that cannot be taken names nothing.
        """
        places = self._task.layout.columns.positions
        key, code, name = places["order_id"], places["product_code"], places.get("product_name")
        for line in lines:
            if line.number % _BEAT_LINES == 0:
                self._task.run.check()
            if name is not None and (stated := _readable(line.cells[name].strip())):
                self._note_name(line, line.cells[code].strip(), stated)
            yield line.cells[key].strip(), line

    def _note_name(self, line: Line, code: str, name: str) -> None:
        if name != self._names.get(code) and self._reader.is_sound(line):
            self._names[code] = name

    def _put(self, groups: Sequence[Group], session: Session) -> Chunk:
        chunk, options = Chunk(), self._task.options
        read = [self._reader.read(group) for group in groups]
        drafts = [found for found in read if isinstance(found, Draft)]
        known = customers.customers_named(
            session,
            system=options.system or "",
            external_ids={draft.customer for draft in drafts if draft.customer},
            create=options.create_customers,
            by=self._task.row.created_by,
        )
        drafts, strangers = with_customers(drafts, known, self._task.layout)
        drafts, forbidden = self._allowed(session, drafts)
        taken = [draft.order for draft in drafts]
        self._name_products(session, taken)
        for draft, put in zip(drafts, orders.put_orders(session, orders=taken), strict=True):
            chunk.outcomes[put.outcome] += len(draft.lines)
        unreadable = (found for found in read if isinstance(found, list))
        chunk.rejected.extend(chain(*unreadable, strangers, forbidden))
        return chunk

    def _allowed(
        self, session: Session, drafts: Sequence[Draft]
    ) -> tuple[list[Draft], list[Rejected]]:
        """Part what the mode lets in from what it does not."""
        options = self._task.options
        if options.mode is Mode.UPSERT:
            return list(drafts), []
        keys = [(draft.order.system, draft.order.external_id) for draft in drafts]
        known = orders_for_change(session, keys)
        taken: list[Draft] = []
        rejected: list[Rejected] = []
        for draft, key in zip(drafts, keys, strict=True):
            if fault := options.forbids(known=key in known):
                rejected += [Rejected(line, [fault]) for line in draft.lines]
            else:
                taken.append(draft)
        return taken, rejected

    def _name_products(self, session: Session, taken: Sequence[Order]) -> None:
        """See once for each code that the catalogue has it, under its latest name in the file."""
        codes = {line.product_code for order in taken for line in order.lines} - self._named
        names = {code: self._names.get(code, "") for code in sorted(codes)}
        products.name_products(session, names=names)
        self._named.update(() if self._task.row.dry_run else codes)


def _readable(name: str) -> str:
    """Give a name that can be taken; none of a line that will be rejected for it."""
    try:
        return str(NAME.read(name))
    except ValueError:
        return ""


def _beyond(groups: Iterable[Group], processed: int) -> Iterator[Group]:
    """Leave out what another worker has processed."""
    passed = 0
    for group in groups:
        if passed >= processed:
            yield group
        passed += len(group.lines)


def _chunks(groups: Iterable[Group]) -> Iterator[list[Group]]:
    """Put orders into one chunk, of not too many lines altogether."""
    chunk, lines = list[Group](), 0
    for group in groups:
        chunk.append(group)
        lines += len(group.lines)
        if len(chunk) == CHUNK_ORDERS or lines >= CHUNK_LINES:
            yield chunk
            chunk, lines = [], 0
    if chunk:
        yield chunk
