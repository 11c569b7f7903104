"""A schema of the next release below the processes of this one."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal

import psycopg
from psycopg.sql import SQL, Identifier

from deploy.local.roles import SERVICES
from tests.system.company import Company, once
from tests.system.imports import HEADER
from tests.system.product import Running, eventually


def test_p8_this_release_runs_on_the_schema_of_the_next(product: Running) -> None:
    """P8: with a column more in every table, and a table more, all goes on without a restart."""
    company = Company(product)
    before = company.register("before")
    company.place("O-1", "before", "100")
    assert _expand(product) > len(SERVICES)
    after = company.register("after")
    company.place("O-2", "before", "200")
    company.place("O-3", "after", "300")
    _import(company, "O-4", "after", "400")
    company.settles({before: Decimal(300), after: Decimal(700)})
    with_key = company.send("POST", "/v1/questionnaires", json={"template": "acsi"}, headers=once())
    assert with_key.status_code == 201, with_key.text
    assert company.get(f"/v1/customers/{before}/history")["items"]
    assert company.get("/v1/api-keys")["items"]


def _expand(product: Running) -> int:
    """Do to every table what a migration may do while this release runs; count the tables."""
    return sum(1 for _ in (_wider_postgres if product.database_url else _wider_sqlite)(product))


def _wider_postgres(product: Running) -> Iterator[str]:
    tables = "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY(%s)"
    with psycopg.connect(product.database_url or "", autocommit=True) as connection:
        for place in connection.execute(tables, [list(SERVICES)]).fetchall():
            table = Identifier(*place)
            connection.execute(SQL("ALTER TABLE {} ADD COLUMN next_release text").format(table))
            yield place[1]
        for schema in SERVICES:
            table = Identifier(schema, "of_the_next_release")
            connection.execute(SQL("CREATE TABLE {} (id integer)").format(table))


def _wider_sqlite(product: Running) -> Iterator[str]:
    tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    for service in SERVICES:
        with closing(sqlite3.connect(product.data / f"{service}.db", timeout=30)) as connection:
            for (name,) in connection.execute(tables).fetchall():
                connection.execute(f'ALTER TABLE "{name}" ADD COLUMN next_release text')
                yield name
            connection.execute("CREATE TABLE of_the_next_release (id integer)")


def _import(company: Company, order: str, customer: str, price: str) -> None:
    """Import one order: the rows that a worker writes in bulk."""
    line = f"{order},2026-02-01 10:00:00,{customer},P-1,1,{price},CNY"
    answer = company.send(
        "POST",
        "/v1/imports",
        data={"entity": "orders", "options": json.dumps({"system": company.system})},
        files={"file": ("orders.csv", f"{','.join(HEADER)}\n{line}\n")},
        headers=once(),
    )
    place = answer.headers["Location"]
    eventually(lambda: company.get(place)["state"] == "succeeded")
