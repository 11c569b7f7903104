"""Import a file of customers with the client that openapi-python-client generates.

    python import_customers.py http://127.0.0.1:8000 "$key" customers.csv

The file is tried first: a dry run counts its lines and changes nothing.
"""

import io
import sys
import time
from pathlib import Path

from patron_client import AuthenticatedClient
from patron_client.api.imports import read_import, start_import
from patron_client.models import (
    Import,
    ImportEntity,
    ImportForm,
    ImportFormMapping,
    ImportOptions,
    JobState,
    Problem,
)
from patron_client.types import File

MAPPING = {"客户编号": "external_id", "客户名称": "name"}
RUNNING = {JobState.QUEUED, JobState.RUNNING}


def import_customers(client: AuthenticatedClient, file: Path, *, dry_run: bool) -> Import:
    """Send the file, wait until its import has ended, and return the import."""
    form = ImportForm(
        entity=ImportEntity.CUSTOMERS,
        file=File(io.BytesIO(file.read_bytes()), file.name, "text/csv"),
        options=ImportOptions(system="crm"),
        mapping=ImportFormMapping.from_dict(MAPPING),
        dry_run=dry_run,
    )
    job = _succeeded(start_import.sync(client=client, body=form))
    while job.state in RUNNING:
        time.sleep(0.2)  # noqa: TID251  polls until the job has ended
        job = _succeeded(read_import.sync(job.id, client=client))
    return job


def _succeeded(answer: Import | Problem | None) -> Import:
    """Return the import that a call answered; end the program with the text of its problem."""
    if isinstance(answer, Import):
        return answer
    sys.exit(f"{answer.title} {answer.errors}" if answer else "No answer.")


def main(url: str, key: str, file: str) -> None:
    with AuthenticatedClient(base_url=url, token=key) as client:
        for dry_run in (True, False):
            job = import_customers(client, Path(file), dry_run=dry_run)
            name = "dry run" if dry_run else "import"
            sys.stdout.write(f"{name} {job.state.value}: {job.created} created\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
