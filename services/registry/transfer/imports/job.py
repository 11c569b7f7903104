"""Do the work of an import."""

from contextlib import closing
from typing import Any

from services.registry.transfer.imports.chunks import Task
from services.registry.transfer.imports.columns import layout_of
from services.registry.transfer.imports.domain import Entity, Mode, Options
from services.registry.transfer.imports.job_orders import OrdersWork
from services.registry.transfer.imports.job_records import CUSTOMERS, PRODUCTS, import_records
from services.registry.transfer.imports.models import Import
from shared.errors import Invalid
from shared.files.store import open_file
from shared.files.tables import read_table
from shared.jobs.runner import JobFailed, Run, Work


def run_import(run: Run) -> None:
    """Take a file in; JobFailed if it cannot be read."""
    with run.database.reading() as session:
        row = session.get_one(Import, run.job_id)
    options = Options(**row.options | {"mode": Mode(row.options["mode"])})
    entity = Entity(row.entity)
    with closing(open_file(run.database, run.job_id)) as stream:
        try:
            table = read_table(stream, encoding=options.encoding)
            layout = layout_of(entity, table.header, row.mapping, options.timezone)
            task = Task(run, row, options, layout)
            if entity is Entity.ORDERS:
                OrdersWork(task).run(table.lines)
            else:
                noun = CUSTOMERS if entity is Entity.CUSTOMERS else PRODUCTS
                import_records(task, noun, table.lines)
        except Invalid as error:
            raise JobFailed(error.faults[0]) from error


WORKS: dict[type[Any], Work] = {Import: run_import}
