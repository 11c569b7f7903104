"""Tests of the database roles: that of a service can use its own schema and no other."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege
from psycopg.sql import SQL, Identifier

from deploy.local.roles import SERVICES, SchemasRefused, create_roles


def test_a_role_works_in_its_own_schema_without_naming_it(postgres_roles: dict[str, str]) -> None:
    for service in SERVICES:
        with psycopg.connect(postgres_roles[service]) as connection:
            connection.execute("CREATE TABLE own (id integer)")
            query = "SELECT schemaname FROM pg_tables WHERE tablename = 'own'"
            assert connection.execute(query).fetchall() == [(service,)]
            connection.rollback()


@pytest.mark.parametrize(("reader", "owner"), list(itertools.permutations(SERVICES, 2)))
def test_a_role_is_refused_in_every_other_schema(
    postgres_roles: dict[str, str], reader: str, owner: str
) -> None:
    with secrets_of(postgres_roles, owner) as table:
        assert trespasses(postgres_roles[reader], table) == []


def test_a_granted_right_in_another_schema_is_found_by_the_test_above(
    new_database: Callable[[], AbstractContextManager[str]],
) -> None:
    with new_database() as admin_url:
        roles = create_roles(admin_url)
        with secrets_of(roles, "registry") as table, psycopg.connect(admin_url) as administrator:
            administrator.execute("GRANT USAGE ON SCHEMA registry TO survey")
            administrator.execute(SQL("GRANT ALL ON {} TO survey").format(table))
            administrator.commit()
            assert trespasses(roles["survey"], table) == [
                "SELECT * FROM {}",
                "INSERT INTO {} VALUES (1)",
            ]
            assert trespasses(roles["scoring"], table) == []


def trespasses(url: str, table: Identifier) -> list[str]:
    """Return the statements that a role may execute on a table; each is rolled back."""
    done = []
    for attempt in ("SELECT * FROM {}", "INSERT INTO {} VALUES (1)", "DROP TABLE {}"):
        with psycopg.connect(url) as connection, suppress(InsufficientPrivilege):
            connection.execute(SQL(attempt).format(table))
            connection.rollback()
            done.append(attempt)
    return done


@contextmanager
def secrets_of(roles: dict[str, str], owner: str) -> Iterator[Identifier]:
    """Create a table of a service and drop it at the end: other tests compare all tables."""
    table = Identifier(owner, "secrets")
    with psycopg.connect(roles[owner], autocommit=True) as connection:
        connection.execute(SQL("CREATE TABLE {} (id integer)").format(table))
        try:
            yield table
        finally:
            connection.execute(SQL("DROP TABLE {}").format(table))


@pytest.mark.parametrize(
    "attempt",
    ["CREATE TABLE public.stray (id integer)", "CREATE SCHEMA stray", "CREATE ROLE stray"],
)
def test_a_role_is_refused_outside_its_schema(postgres_roles: dict[str, str], attempt: str) -> None:
    with (
        psycopg.connect(postgres_roles["survey"]) as connection,
        pytest.raises(InsufficientPrivilege),
    ):
        connection.execute(attempt)


def test_creating_the_roles_again_returns_the_same_addresses(
    postgres_server: str, postgres_roles: dict[str, str]
) -> None:
    assert create_roles(postgres_server) == postgres_roles


def test_an_address_that_refuses_raises_with_the_role_that_was_not_created() -> None:
    with pytest.raises(SchemasRefused, match="Role registry was not created"):
        create_roles("postgresql://nobody:wrong@127.0.0.1:1/nowhere")
