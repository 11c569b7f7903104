"""The invented company through the API and Kafka, and the comparison with the seeded tables."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Composed, Identifier

from deploy.bench.scale import company, seed
from deploy.bench.subject import Subject
from shared.database import Database
from shared.messaging import outbox

_TABLES = {
    "customers": "id",
    "customer_identities": "customer_id",
    "customer_tokens": "customer_id",
    "customer_tags": "customer_id",
    "scores": "id",
}
"""The tables to compare, each with its column that has the id of a customer."""
_TYPES_THAT_DIFFER = ("uuid", "timestamp with time zone")
"""The types of the columns that differ from run to run: ids and times."""


def load(subject: Subject, urls: dict[str, str], *, seed_number: int, count: int) -> None:
    """Import the company's customers through the API, and let scoring publish the scores.

    The events with the scores are recorded in the outbox of scoring, whose relay publishes them, so
    that the registry receives them from Kafka. `urls` are the database URLs of the services' roles.
    """
    registry = Database(urls["registry"], schema="registry")
    with registry.transaction() as session:
        seed.write_colleagues(session)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "customers.csv"
        with file.open("wb") as stream:
            stream.writelines(company.csv_file(seed_number, count))
        form = {"entity": "customers", "options": json.dumps({"system": company.SYSTEM})}
        outcome = subject.import_file("/v1/imports", file, form)
    if outcome["created"] != count:
        raise RuntimeError(f"The file was not imported completely: {outcome}")
    subject.wait_until_processed()
    scoring = Database(urls["scoring"], schema="scoring")
    for numbers in seed.chunks(range(count)):
        customers = [company.customer(seed_number, number) for number in numbers]
        scores = {record.external_id: score for record, score in customers}
        with registry.reading() as session:
            ids = seed.customer_ids(session, list(scores))
        with scoring.transaction() as session:
            outbox.record_all(session, seed.score_states(ids, scores))
    subject.wait_until_processed()
    registry.close()
    scoring.close()


def require_equal(loaded_url: str, template_url: str) -> None:
    """Raise RuntimeError unless the registry's tables are equal in both databases.

    Ids and times are left out, because they differ from run to run.
    """
    loaded, template = _digests(loaded_url), _digests(template_url)
    if loaded != template:
        raise RuntimeError(f"The tables differ: through the API {loaded}, by COPY {template}")
    print(f"  equal through the API and by COPY (rows, digest): {loaded}", flush=True)


def _digests(url: str) -> dict[str, tuple[int, int]]:
    """Return the number of rows and a digest of all rows of each table, in any order of rows."""
    with psycopg.connect(url) as connection:
        return {
            table: connection.execute(_digest_statement(connection, table)).fetchone() or (0, 0)
            for table in _TABLES
        }


def _digest_statement(connection: psycopg.Connection, table: str) -> Composed:
    """Return the SELECT of the number of rows and the digest of a table.

    Each row is digested with the e-mail address of its customer, which stands for the id.
    """
    return SQL(
        "SELECT count(*), sum(hashtextextended(ROW(customer.email, {columns})::text, 0)) "
        "FROM registry.{table} t JOIN registry.customers customer ON customer.id = t.{id}"
    ).format(
        columns=SQL(", ").join(Identifier("t", name) for name in _columns(connection, table)),
        table=Identifier(table),
        id=Identifier(_TABLES[table]),
    )


def _columns(connection: psycopg.Connection, table: str) -> Iterator[str]:
    """Yield the names of a table's columns, ids and times left out, in alphabetical order."""
    statement = (
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'registry' "
        "AND table_name = %s AND data_type <> ALL (%s) ORDER BY column_name"
    )
    rows = connection.execute(statement, [table, list(_TYPES_THAT_DIFFER)])
    return (name for (name,) in rows.fetchall())
