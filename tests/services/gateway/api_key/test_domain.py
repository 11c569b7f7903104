"""Tests of scopes, and of the texts and digests of keys."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.api_key.domain import Scope, credential, digest, needed_scope, permits
from shared.ids import new_id

SEED = bytes(range(32))


@given(st.uuids(), st.uuids(), st.binary(min_size=32, max_size=32))
def test_the_text_of_a_key_depends_on_its_id_and_the_seed_alone(
    key_id: UUID, other_id: UUID, seed: bytes
) -> None:
    assert credential(SEED, key_id) == credential(SEED, key_id)
    assert (credential(SEED, key_id) == credential(SEED, other_id)) is (key_id == other_id)
    assert (credential(SEED, key_id) == credential(seed, key_id)) is (seed == SEED)


def test_a_key_is_long_and_ascii() -> None:
    text = credential(SEED, new_id())
    assert text.startswith("patron_")
    assert len(text) == 50
    assert text.isascii()


def test_keys_and_digests_of_earlier_releases_stay_valid() -> None:
    """A changed derivation or digest would make every existing API key invalid."""
    text = credential(SEED, UUID(int=1))
    assert text == "patron_GPcGd1lPeFnnGI8AAxq9TL1bVpvOxxDF7oSsYd7Bdw8"
    assert digest(text) == "760aa1dd205d1fc1fd8b49a1995d0ed4926e0a2c575ff4a29ba66ff0660d423e"
    assert digest("\ud800") == "91a681b998555fb475479817b126c94e57e52011fa1842c5d188795a4a05226b"


@given(st.text())
def test_every_text_has_a_digest(text: str) -> None:
    assert len(digest(text)) == 64


@pytest.mark.parametrize(
    ("method", "collection", "needed"),
    [
        ("GET", "customers", Scope.READ),
        ("HEAD", "customers", Scope.READ),
        ("OPTIONS", "customers", Scope.READ),
        ("POST", "customers", Scope.WRITE),
        ("DELETE", "customers", Scope.WRITE),
        ("GET", "api-keys", Scope.ADMIN),
        ("GET", "me", None),
        ("GET", "users", Scope.READ),
        ("POST", "users", Scope.ADMIN),
        ("PATCH", "teams", Scope.ADMIN),
    ],
)
def test_the_method_and_the_first_path_segment_decide_the_needed_scope(
    method: str, collection: str, needed: Scope | None
) -> None:
    assert needed_scope(method, collection) is needed


def test_admin_includes_every_scope_and_no_other_scope_includes_another() -> None:
    assert all(permits({Scope.ADMIN}, needed) for needed in Scope)
    assert not permits({Scope.READ, Scope.WRITE}, Scope.ADMIN)
    assert not permits({Scope.READ}, Scope.WRITE)
    assert not permits(set(), Scope.READ)
    assert permits({Scope.WRITE}, None)
