"""The job that imports a file."""

from contextlib import closing
from typing import Any

from services.registry.transfer.imports.chunks import Task
from services.registry.transfer.imports.job_groups import import_groups
from services.registry.transfer.imports.job_records import import_records
from services.registry.transfer.imports.models import Import
from services.registry.transfer.imports.specs import SPECS, layout_of
from shared.errors import Invalid
from shared.files.store import open_file
from shared.files.tables import Table, read_table
from shared.imports.specs import FileImport, GroupSpec, RecordSpec
from shared.jobs.runner import JobFailed, Run, Work


def run_import(run: Run) -> None:
    """Import the file of a job; raise JobFailed if the file cannot be read."""
    with run.database.reading() as session:
        row = session.get_one(Import, run.job_id)
    with closing(open_file(run.database, run.job_id)) as stream:
        try:
            table = read_table(stream, encoding=row.read_encoding, check=run.check)
            _import(run, row, table)
        except Invalid as error:
            raise JobFailed(error.faults[0]) from error


def _import(run: Run, row: Import, table: Table) -> None:
    """Import the lines of a table in the way that the spec of their entity declares."""
    spec = SPECS[row.entity]
    file = FileImport(
        layout=layout_of(row.entity, table.header, row.mapping, row.options),
        options=spec.options_from(row.options),
        by=row.created_by,
        dry_run=row.dry_run,
    )
    task = Task(run, row, file)
    match spec:
        case RecordSpec():
            import_records(task, spec, table.lines)
        case GroupSpec():
            import_groups(task, spec, table.lines)
        case _:
            raise TypeError(spec)


WORKS: dict[type[Any], Work] = {Import: run_import}
