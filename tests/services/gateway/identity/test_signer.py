"""Tests of the signer, which uses a token for several requests of a caller to one service."""

import time_machine
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.gateway.identity.signer import REUSED, Signer
from shared.http.identity import LIFETIME, Identity, verify
from shared.row_access import Rows

NOW = 1_790_000_000.0
KEY = Ed25519PrivateKey.generate()
CALLER = Identity("key-1", "Sales", frozenset({"read"}), Rows.ALL)


@time_machine.travel(NOW, tick=False)
def test_a_token_is_reused_for_thirty_seconds_and_then_signed_again() -> None:
    signer = Signer(KEY)
    first = signer.authorization(CALLER, "registry")
    with time_machine.travel(NOW + REUSED - 1, tick=False):
        assert signer.authorization(CALLER, "registry") == first
    with time_machine.travel(NOW + REUSED, tick=False):
        assert signer.authorization(CALLER, "registry") != first


@time_machine.travel(NOW, tick=False)
def test_a_token_is_still_valid_at_its_last_reuse() -> None:
    signer = Signer(KEY)
    token = signer.authorization(CALLER, "registry").removeprefix("Bearer ")
    last_use = NOW + REUSED
    assert last_use + LIFETIME - REUSED == NOW + LIFETIME
    assert verify(token, "registry", KEY.public_key(), last_use) == CALLER


def test_each_service_gets_its_own_token() -> None:
    signer = Signer(KEY)
    assert signer.authorization(CALLER, "registry") != signer.authorization(CALLER, "survey")


def test_the_cache_of_tokens_has_a_maximum_size() -> None:
    signer = Signer(KEY, capacity=2)
    for audience in ["registry", "survey", "scoring", "registry"]:
        signer.authorization(CALLER, audience)
    assert len(signer._signed) == 2
