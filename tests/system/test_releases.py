"""The processes of this release on the schema of the next one."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal

import psycopg
from psycopg.sql import SQL, Identifier

from deploy.local.roles import SERVICES
from tests.system.company import Company, idempotency_header
from tests.system.imports import HEADER
from tests.system.product import Running, eventually


def test_p8_this_release_runs_on_the_schema_of_the_next(product: Running) -> None:
    """P8: with a new column in every table and a new table, everything works without a restart."""
    company = Company(product)
    before = company.register("before")
    company.place_order("O-1", "before", "100")
    assert _change_to_next_schema(product) > len(SERVICES)
    after = company.register("after")
    company.place_order("O-2", "before", "200")
    company.place_order("O-3", "after", "300")
    _import(company, "O-4", "after", "400")
    company.wait_for_points({before: Decimal(300), after: Decimal(700)})
    with_key = company.send(
        "POST", "/v1/questionnaires", json={"template": "acsi"}, headers=idempotency_header()
    )
    assert with_key.status_code == 201, with_key.text
    assert company.get(f"/v1/customers/{before}/history")["items"]
    assert company.get("/v1/api-keys")["items"]


def _change_to_next_schema(product: Running) -> int:
    """Add a column to every table, and tables; return the number of changed tables."""
    return sum(
        1
        for _ in (_change_postgres_tables if product.database_url else _change_sqlite_tables)(
            product
        )
    )


def _change_postgres_tables(product: Running) -> Iterator[str]:
    """Add a column to each table and yield the table's name; create a new table per schema."""
    tables = "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY(%s)"
    with psycopg.connect(product.database_url or "", autocommit=True) as connection:
        for schema_and_name in connection.execute(tables, [list(SERVICES)]).fetchall():
            table = Identifier(*schema_and_name)
            connection.execute(SQL("ALTER TABLE {} ADD COLUMN next_release text").format(table))
            yield schema_and_name[1]
        for schema in SERVICES:
            table = Identifier(schema, "of_the_next_release")
            connection.execute(SQL("CREATE TABLE {} (id integer)").format(table))


def _change_sqlite_tables(product: Running) -> Iterator[str]:
    """Add a column to each table and yield the table's name; create a new table per database."""
    tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    for service in SERVICES:
        with closing(sqlite3.connect(product.data / f"{service}.db", timeout=30)) as connection:
            for (name,) in connection.execute(tables).fetchall():
                connection.execute(f'ALTER TABLE "{name}" ADD COLUMN next_release text')
                yield name
            connection.execute("CREATE TABLE of_the_next_release (id integer)")


def _import(company: Company, order: str, customer: str, price: str) -> None:
    """Import one order, to test the bulk statements of an import on the changed tables."""
    line = f"{order},2026-02-01 10:00:00,{customer},P-1,1,{price},CNY"
    answer = company.send(
        "POST",
        "/v1/imports",
        data={"entity": "orders", "options": json.dumps({"system": company.system})},
        files={"file": ("orders.csv", f"{','.join(HEADER)}\n{line}\n")},
        headers=idempotency_header(),
    )
    location = answer.headers["Location"]
    eventually(lambda: company.get(location)["state"] == "succeeded")
