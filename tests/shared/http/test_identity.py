"""Tests of identity tokens: a service accepts a valid token that the gateway signed for it."""

import base64
import json
import os
from collections.abc import Iterator
from pathlib import Path

import jwt
import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import x25519
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.identity.signer import sign
from shared.errors import Unauthorized, Unavailable
from shared.http.identity import ISSUER, LIFETIME, Identity, Verifier, verify
from shared.row_access import Rows

NOW = 1_790_000_000.0
KEY = Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key()
CALLER = Identity("key-1", "Sales team", frozenset({"read", "write"}), Rows.TEAM, "north")


def claims(**changed: object) -> dict[str, object]:
    """Return valid claims with some changed; the value "absent" removes a claim."""
    stated: dict[str, object] = {
        "iss": ISSUER,
        "aud": "registry",
        "sub": "key-1",
        "name": "Sales team",
        "scopes": ["read"],
        "rows": "all",
        "team": None,
        "user": None,
        "iat": int(NOW),
        "exp": int(NOW) + 60,
    }
    return {name: value for name, value in (stated | changed).items() if value != "absent"}


def signed(**changed: object) -> str:
    """Return a token with valid claims of which some are changed."""
    return jwt.encode(claims(**changed), KEY, algorithm="EdDSA")


def assert_refused(token: str, *, now: float = NOW, message: str | None = None) -> None:
    """Assert that the service registry refuses a token with this message."""
    with pytest.raises(Unauthorized, match=message):
        verify(token, "registry", PUBLIC, now)


def pem_of(key: Ed25519PrivateKey) -> bytes:
    """Return the public key of a private key as PEM."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def write_public(key: Ed25519PrivateKey, file: Path) -> None:
    """Replace the file by one with the public key of this key."""
    draft = file.with_suffix(".new")
    draft.write_bytes(pem_of(key))
    draft.replace(file)


@pytest.fixture
def public_file(tmp_path: Path) -> Path:
    """Return a file with the public key of KEY."""
    file = tmp_path / "identity.pub"
    write_public(KEY, file)
    return file


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Stop the clock at NOW, when the tokens are issued."""
    with time_machine.travel(NOW, tick=False) as stopped:
        yield stopped


def test_a_signed_identity_is_verified_with_all_its_fields() -> None:
    assert verify(sign(CALLER, "registry", KEY, NOW), "registry", PUBLIC, NOW) == CALLER


@given(
    st.builds(
        Identity,
        subject=st.text(min_size=1),
        name=st.text(),
        scopes=st.frozensets(st.text()),
        rows=st.sampled_from(Rows),
        team=st.none() | st.text(),
        user=st.none() | st.text(),
    )
)
def test_any_identity_is_verified_with_all_its_fields(identity: Identity) -> None:
    assert verify(sign(identity, "scoring", KEY, NOW), "scoring", PUBLIC, NOW) == identity


def test_a_token_is_refused_from_the_second_of_its_expiry() -> None:
    token = sign(CALLER, "registry", KEY, NOW)
    assert verify(token, "registry", PUBLIC, NOW + LIFETIME - 1) == CALLER
    assert_refused(token, now=NOW + LIFETIME, message="expired")


def test_a_token_is_checked_against_the_given_time() -> None:
    """The time of the machine is not used."""
    for moment in (NOW - 10**9, NOW + 10**9):
        assert verify(sign(CALLER, "registry", KEY, moment), "registry", PUBLIC, moment) == CALLER


def test_the_gateways_clock_may_be_30_seconds_ahead() -> None:
    ahead = {"iat": int(NOW) + 30, "exp": int(NOW) + 90}
    assert verify(signed(**ahead), "registry", PUBLIC, NOW).subject == "key-1"
    assert_refused(signed(iat=int(NOW) + 31, exp=int(NOW) + 91))


def test_a_token_for_another_service_is_refused() -> None:
    assert_refused(sign(CALLER, "survey", KEY, NOW), message="not valid here")


def test_a_token_for_several_services_is_refused() -> None:
    assert_refused(signed(aud=["registry", "survey"]))


def test_a_token_that_another_key_signed_is_refused() -> None:
    assert_refused(sign(CALLER, "registry", Ed25519PrivateKey.generate(), NOW))


def test_a_token_without_signature_is_refused() -> None:
    assert_refused(jwt.encode(claims(), "", algorithm="none"))


def test_a_token_signed_with_the_public_key_as_a_secret_is_refused() -> None:
    raw = PUBLIC.public_bytes(Encoding.Raw, PublicFormat.Raw)
    assert_refused(jwt.encode(claims(), raw, algorithm="HS256"))


def test_changed_claims_are_refused() -> None:
    head, body, signature = signed().split(".")
    stated = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    stated["scopes"] = ["admin"]
    forged = base64.urlsafe_b64encode(json.dumps(stated).encode()).rstrip(b"=").decode()
    assert_refused(f"{head}.{forged}.{signature}")


@pytest.mark.parametrize("claim", ["iss", "aud", "sub", "name", "scopes", "rows", "iat", "exp"])
def test_a_token_without_one_of_the_required_claims_is_refused(claim: str) -> None:
    assert_refused(signed(**{claim: "absent"}))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"iss": "somebody"}, "not valid here"),
        ({"rows": "everything"}, "does not state an identity"),
        ({"name": 7}, "does not state an identity"),
        ({"scopes": [1]}, "does not state an identity"),
        ({"scopes": 5}, "does not state an identity"),
        ({"team": 3}, "does not state an identity"),
        ({"user": 3}, "does not state an identity"),
        ({"iat": True}, "issue and expiry"),
        ({"iat": "now"}, "issue and expiry"),
        ({"exp": NOW + 30.5}, "issue and expiry"),
        ({"exp": int(NOW) + 61}, "expired or not valid yet"),
        ({"iat": int(NOW) + 45, "exp": int(NOW) + 60}, "expired or not valid yet"),
    ],
)
def test_a_claim_with_an_invalid_value_is_refused(wrong: dict[str, object], message: str) -> None:
    assert_refused(signed(**wrong), message=message)


@given(st.text(max_size=200))
def test_a_text_that_is_no_token_is_refused(token: str) -> None:
    assert_refused(token)


def test_a_verified_token_is_cached_until_it_expires(
    public_file: Path, clock: time_machine.Traveller
) -> None:
    verifier = Verifier(audience="registry", public_key_file=public_file)
    token = sign(CALLER, "registry", KEY, NOW)
    assert verifier(token) is verifier(token)
    clock.shift(LIFETIME)
    with pytest.raises(Unauthorized):
        verifier(token)


@pytest.mark.usefixtures("clock")
def test_the_cache_of_tokens_has_a_maximum_size(public_file: Path) -> None:
    verifier = Verifier(audience="registry", public_key_file=public_file, capacity=3)
    for number in range(10):
        verifier(signed(sub=f"key-{number}"))
    assert len(verifier._verified) == 3


def test_a_token_of_more_than_4096_bytes_is_refused_without_verifying_it(public_file: Path) -> None:
    verifier = Verifier(audience="registry", public_key_file=public_file)
    with pytest.raises(Unauthorized, match="too long"):
        verifier(signed(name="x" * 5000))


@pytest.mark.usefixtures("clock")
def test_a_token_may_have_4096_bytes(public_file: Path) -> None:
    longest = max((signed(name="x" * n) for n in range(2700, 2900)), key=lambda t: len(t) % 4097)
    assert len(longest) == 4096
    verifier = Verifier(audience="registry", public_key_file=public_file)
    assert verifier(longest).subject == "key-1"
    with pytest.raises(Unauthorized, match="too long"):
        verifier(longest + "x")


@pytest.mark.usefixtures("clock")
def test_a_service_may_start_before_the_gateway_has_its_key(tmp_path: Path) -> None:
    file = tmp_path / "identity.pub"
    verifier = Verifier(audience="registry", public_key_file=file)
    with pytest.raises(Unavailable):
        verifier(signed())
    write_public(KEY, file)
    assert verifier(signed()).subject == "key-1"


@pytest.mark.usefixtures("clock")
def test_a_replaced_key_is_used_and_tokens_of_the_old_key_are_refused(public_file: Path) -> None:
    verifier = Verifier(audience="registry", public_key_file=public_file)
    old = signed()
    verifier(old)
    key = Ed25519PrivateKey.generate()
    write_public(key, public_file)
    assert verifier(sign(CALLER, "registry", key, NOW)) == CALLER
    with pytest.raises(Unauthorized):
        verifier(old)


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("same_file", [True, False])
def test_a_new_key_is_noticed_by_a_new_file_or_a_new_modification_time(
    public_file: Path, *, same_file: bool
) -> None:
    verifier = Verifier(audience="registry", public_key_file=public_file)
    os.utime(public_file, (1, 1))
    assert verifier(signed()).subject == "key-1"
    key = Ed25519PrivateKey.generate()
    if same_file:
        public_file.write_bytes(pem_of(key))
    else:
        write_public(key, public_file)
        os.utime(public_file, (1, 1))
    assert verifier(sign(CALLER, "registry", key, NOW)) == CALLER


@pytest.mark.usefixtures("clock")
def test_a_key_is_read_again_only_when_its_file_changed(public_file: Path) -> None:
    verifier = Verifier(audience="registry", public_key_file=public_file)
    verifier(signed())
    changed = public_file.stat()
    public_file.write_text("nothing")
    os.utime(public_file, ns=(changed.st_atime_ns, changed.st_mtime_ns))
    assert verifier(signed(sub="key-2")).subject == "key-2"


OTHER = x25519.X25519PrivateKey.generate().public_key()


@pytest.mark.parametrize(
    "content", [b"nothing", OTHER.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)]
)
def test_a_file_without_an_ed25519_key_is_reported_as_unavailable(
    public_file: Path, content: bytes
) -> None:
    public_file.write_bytes(content)
    verifier = Verifier(audience="registry", public_key_file=public_file)
    with pytest.raises(Unavailable, match="public key") as refused_token:
        verifier(signed())
    assert refused_token.value.headers == {"Retry-After": "2"}
