"""Tests of the database roles: the role of a service can use only the service's own schema."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege
from psycopg.sql import SQL, Identifier

from deploy.local.roles import SERVICES, SchemasRefused, create_roles


def test_a_role_works_in_its_own_schema_without_naming_the_schema(
    postgres_roles: dict[str, str],
) -> None:
    for service in SERVICES:
        with psycopg.connect(postgres_roles[service]) as connection:
            connection.execute("CREATE TABLE own (id integer)")
            query = "SELECT schemaname FROM pg_tables WHERE tablename = 'own'"
            assert connection.execute(query).fetchall() == [(service,)]
            connection.rollback()


@pytest.mark.parametrize(("reader", "owner"), list(itertools.permutations(SERVICES, 2)))
def test_a_role_may_not_read_or_change_a_table_in_the_schema_of_another_service(
    postgres_roles: dict[str, str], reader: str, owner: str
) -> None:
    with secret_table(postgres_roles, owner) as table:
        assert allowed_statements(postgres_roles[reader], table) == []


def test_a_right_that_is_granted_in_another_schema_would_be_found(
    new_database: Callable[[], AbstractContextManager[str]],
) -> None:
    """The check of the test above is not blind: it finds a right that is granted on purpose."""
    with new_database() as admin_url:
        roles = create_roles(admin_url)
        with secret_table(roles, "registry") as table, psycopg.connect(admin_url) as administrator:
            administrator.execute("GRANT USAGE ON SCHEMA registry TO survey")
            administrator.execute(SQL("GRANT ALL ON {} TO survey").format(table))
            administrator.commit()
            assert allowed_statements(roles["survey"], table) == [
                "SELECT * FROM {}",
                "INSERT INTO {} VALUES (1)",
            ]
            assert allowed_statements(roles["scoring"], table) == []


def allowed_statements(url: str, table: Identifier) -> list[str]:
    """Return which of three statements a role may execute on a table; each is rolled back."""
    allowed = []
    for attempt in ("SELECT * FROM {}", "INSERT INTO {} VALUES (1)", "DROP TABLE {}"):
        with psycopg.connect(url) as connection, suppress(InsufficientPrivilege):
            connection.execute(SQL(attempt).format(table))
            connection.rollback()
            allowed.append(attempt)
    return allowed


@contextmanager
def secret_table(roles: dict[str, str], owner: str) -> Iterator[Identifier]:
    """Create a table in a service's schema and yield its name.

    The table is dropped at the end, because other tests compare all tables of a schema.
    """
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
def test_a_role_may_not_create_anything_outside_its_schema(
    postgres_roles: dict[str, str], attempt: str
) -> None:
    with (
        psycopg.connect(postgres_roles["survey"]) as connection,
        pytest.raises(InsufficientPrivilege),
    ):
        connection.execute(attempt)


def test_creating_the_roles_again_returns_the_same_urls(
    postgres_server: str, postgres_roles: dict[str, str]
) -> None:
    assert create_roles(postgres_server) == postgres_roles


def test_a_wrong_database_url_raises_an_error_that_names_the_role() -> None:
    with pytest.raises(SchemasRefused, match="Role registry was not created"):
        create_roles("postgresql://nobody:wrong@127.0.0.1:1/nowhere")
