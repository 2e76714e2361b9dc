"""Tokens: only those of the issuer, for us, in force, signed asymmetrically, with one role."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.warnings import InsecureKeyLengthWarning

from api.access.jwks import MAX_AGE_S, Jwks
from api.access.principal import Principal, Role
from api.access.tokens import IssuerUnavailable, Tokens
from engine.errors import ConfigurationError
from engine.settings import Settings
from engine.storage import Store
from tests.api.access.issuer import AUDIENCE, ISSUER, Issuer, published
from tests.api.access.test_keys import Ticks
from tests.api.conftest import refused, running, whole
from tests.api.fakes import FakeEngine

SETTINGS = Settings(jwks_url="x", jwt_issuer=ISSUER, jwt_audience=AUDIENCE, jwt_leeway_s=30)
REFRESH_S = 30


@pytest.fixture(scope="module")
def keys() -> Issuer:
    """Private keys, made once."""
    issuer = Issuer()
    issuer.add_rsa("rsa")
    issuer.add_ec("ec")
    issuer.add_rsa("next")
    return issuer


@pytest.fixture
def issuer(keys: Issuer) -> Iterator[Issuer]:
    """An issuer that publishes ``rsa`` and ``ec``."""
    fresh = Issuer()
    fresh.private = keys.private
    fresh.published = keys.published[:2]
    with published(fresh):
        yield fresh


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def tokens(issuer: Issuer, ticks: Ticks) -> Tokens:
    return Tokens(SETTINGS, Jwks(issuer.url, REFRESH_S, ticks))


def judged(tokens: Tokens, token: str) -> Principal | None:
    return asyncio.run(tokens.principal(token))


def raw(header: dict[str, Any], claims: dict[str, Any], signature: bytes = b"") -> str:
    """Token put together by hand, as a library would refuse to."""
    parts = [json.dumps(header).encode(), json.dumps(claims).encode()]
    return ".".join(base64.urlsafe_b64encode(p).decode().rstrip("=") for p in (*parts, signature))


@pytest.mark.parametrize(("kid", "algorithm"), [("rsa", "RS256"), ("ec", "ES256")])
def test_a_good_token_gives_its_principal(
    tokens: Tokens, issuer: Issuer, kid: str, algorithm: str
) -> None:
    """Tenant, role, subject and organisation come from the claims."""
    token = issuer.token(kid, algorithm, organisation="school-5")
    assert judged(tokens, token) == Principal(
        "default", Role.METHODIST, "person-7", "school-5", f"{ISSUER}|person-7"
    )


BAD: dict[str, dict[str, Any]] = {
    "expired": {"exp": int(time.time()) - 60},
    "not yet": {"nbf": int(time.time()) + 600},
    "without an end": {"exp": None},
    "another audience": {"aud": "another"},
    "no audience": {"aud": None},
    "another issuer": {"iss": "https://evil.example"},
    "no issuer": {"iss": None},
    "no subject": {"sub": None},
    "no tenant": {"tenant": None},
    "no role": {"role": None},
    "unknown role": {"role": "king"},
    "two roles": {"role": ["methodist", "admin"]},
    "a manager of nothing": {"role": "manager"},
    "tenant that is no text": {"tenant": {"$ne": ""}},
    "subject too long to be kept": {"sub": "x" * 129},
}


@pytest.mark.parametrize("changes", BAD.values(), ids=BAD.keys())
def test_a_token_with_bad_claims_lets_nobody_in(
    tokens: Tokens, issuer: Issuer, changes: dict[str, Any]
) -> None:
    """Each of these is signed rightly and refused all the same."""
    assert judged(tokens, issuer.token("rsa", **changes)) is None


@pytest.mark.parametrize(("late_s", "admitted"), [(20, True), (40, False)])
def test_clocks_may_differ_a_little(
    tokens: Tokens, issuer: Issuer, late_s: int, admitted: bool
) -> None:
    """Within the leeway of 30 s an ended token still counts, beyond it does not."""
    token = issuer.token("rsa", exp=int(time.time()) - late_s)
    assert (judged(tokens, token) is not None) is admitted


def test_alg_none_is_refused(tokens: Tokens, issuer: Issuer) -> None:
    """A token that says it needs no signature is not believed."""
    for name in ("none", "None", "NONE"):
        token = raw({"alg": name, "typ": "JWT", "kid": "rsa"}, issuer.claims(role="admin"))
        assert judged(tokens, token) is None


def test_a_public_key_is_no_shared_secret(tokens: Tokens, issuer: Issuer) -> None:
    """HS256 over the public key, in every form it can be had in, is not believed."""
    public = issuer.private["rsa"].public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    for secret in (pem, pem.strip(), der, json.dumps(issuer.published[0]).encode()):
        signed = raw({"alg": "HS256", "typ": "JWT", "kid": "rsa"}, issuer.claims(role="admin"))
        body = signed.rpartition(".")[0]
        mac = hmac.new(secret, body.encode(), hashlib.sha256).digest()
        token = body + "." + base64.urlsafe_b64encode(mac).decode().rstrip("=")
        assert judged(tokens, token) is None


def test_a_shared_key_among_the_published_ones_is_left_out(tokens: Tokens, issuer: Issuer) -> None:
    """A JWKS that carries a symmetric key by mistake opens nothing with it."""
    secret = b"s" * 32
    k = base64.urlsafe_b64encode(secret).decode().rstrip("=")
    issuer.published = [*issuer.published, {"kty": "oct", "kid": "oct", "k": k, "alg": "HS256"}]
    token = jwt.encode(issuer.claims(), secret, "HS256", headers={"kid": "oct"})
    assert judged(tokens, token) is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda t: t[:-8] + ("A" * 8 if t[-8:] != "A" * 8 else "B" * 8),
        lambda t: t.rpartition(".")[0] + ".",
        lambda t: "..",
        lambda t: "a.b.c",
        lambda t: t.split(".")[0] + "." + "é" + "." + t.split(".")[2],
    ],
    ids=["signature", "no signature", "empty", "no base64", "no ascii"],
)
def test_a_spoiled_token_is_refused(tokens: Tokens, issuer: Issuer, spoil: Any) -> None:
    """Whatever comes instead of a token is a refusal, never a fault."""
    assert judged(tokens, spoil(issuer.token("rsa"))) is None


def test_a_key_of_another_with_a_known_id_is_refused(
    tokens: Tokens, issuer: Issuer, keys: Issuer
) -> None:
    """The id of a key is a hint, not a proof."""
    token = jwt.encode(issuer.claims(), keys.private["next"], "RS256", headers={"kid": "rsa"})
    assert judged(tokens, token) is None


def test_an_unknown_key_id_is_asked_for_only_so_often(
    tokens: Tokens, issuer: Issuer, ticks: Ticks
) -> None:
    """A flood of made-up ids fetches the keys once in 30 s, not once a token."""
    made_up = [jwt.encode({}, b"x" * 32, "HS256", headers={"kid": f"k{i}"}) for i in range(20)]
    assert [judged(tokens, token) for token in made_up] == [None] * 20
    assert issuer.reads == 1
    ticks.now += REFRESH_S
    assert [judged(tokens, token) for token in made_up] == [None] * 20
    assert issuer.reads == 2


def test_a_new_key_works_and_a_withdrawn_one_stops(
    tokens: Tokens, issuer: Issuer, keys: Issuer, ticks: Ticks
) -> None:
    """After a rotation the new key is fetched when first met; the old one goes with that."""
    assert judged(tokens, issuer.token("rsa"))
    issuer.published = [k for k in keys.published if k["kid"] == "next"]
    ticks.now += REFRESH_S
    assert judged(tokens, issuer.token("next"))
    assert judged(tokens, issuer.token("rsa")) is None


def test_a_withdrawn_key_stops_by_age_too(tokens: Tokens, issuer: Issuer, ticks: Ticks) -> None:
    """Where nobody brings a new key, the old ones are read again when they are old."""
    assert judged(tokens, issuer.token("rsa"))
    issuer.published = issuer.published[1:]
    ticks.now += MAX_AGE_S - 1
    assert judged(tokens, issuer.token("rsa"))
    ticks.now += 1
    assert judged(tokens, issuer.token("rsa")) is None


def test_a_host_that_is_gone_leaves_the_known_keys(
    tokens: Tokens, issuer: Issuer, ticks: Ticks
) -> None:
    """Known keys go on working without the issuer, and it is asked again only so often."""
    assert judged(tokens, issuer.token("rsa"))
    issuer.down = True
    ticks.now += 10 * MAX_AGE_S
    assert [bool(judged(tokens, issuer.token("rsa"))) for _ in range(5)] == [True] * 5
    assert issuer.reads == 2
    issuer.down = False
    ticks.now += REFRESH_S
    assert judged(tokens, issuer.token("rsa"))
    assert issuer.reads == 3


def test_before_the_first_reading_nobody_can_be_judged(
    tokens: Tokens, issuer: Issuer, ticks: Ticks
) -> None:
    """An issuer that was never reached is a fault of ours (503), not of the caller (401)."""
    issuer.down = True
    with pytest.raises(IssuerUnavailable):
        judged(tokens, issuer.token("rsa"))
    issuer.down = False
    ticks.now += REFRESH_S
    assert judged(tokens, issuer.token("rsa"))


def test_redirects_are_not_followed(tokens: Tokens, issuer: Issuer, keys: Issuer) -> None:
    """Keys come from the address of the settings, wherever that one points to."""
    evil = Issuer()
    evil.private, evil.published = keys.private, keys.published
    with published(evil):
        issuer.redirect = evil.url
        with pytest.raises(IssuerUnavailable):
            judged(tokens, issuer.token("rsa"))
        assert evil.reads == 0


def test_keys_can_come_from_a_file(keys: Issuer, tmp_path: Path) -> None:
    """An installation without a way out reads them from a file."""
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps({"keys": keys.published}), encoding="utf-8")
    assert judged(Tokens(SETTINGS, Jwks(str(path), REFRESH_S)), keys.token("rsa"))


def test_weak_rsa_keys_are_refused(issuer: Issuer) -> None:
    """An RSA key of 1024 bits is published, and opens nothing."""
    weak = Issuer()
    weak.add_rsa("weak", 1024)
    issuer.published = weak.published
    with pytest.warns(InsecureKeyLengthWarning):
        token = weak.token("weak")
    assert judged(Tokens(SETTINGS, Jwks(issuer.url, REFRESH_S)), token) is None


@pytest.mark.parametrize(
    ("changes", "claim"),
    [
        (
            {"role": None, "realm_access": {"roles": ["offline_access", "tutor"]}},
            "realm_access.roles",
        ),
        ({"role": None, "https://x.example/role": "tutor"}, "https://x.example/role"),
    ],
    ids=["path", "url"],
)
def test_claims_have_the_names_of_the_settings(
    issuer: Issuer, changes: dict[str, Any], claim: str
) -> None:
    """A path through objects, a list with foreign roles, and a name with dots are understood."""
    settings = dataclasses.replace(SETTINGS, jwt_role_claim=claim)
    found = judged(Tokens(settings, Jwks(issuer.url, REFRESH_S)), issuer.token("rsa", **changes))
    assert found is not None
    assert found.role is Role.TUTOR


def test_open_addresses_of_others_are_refused() -> None:
    """Keys fetched without encryption from elsewhere are anybody's keys."""
    for url in ("http://id.example/jwks", "http://10.0.0.1/jwks"):
        with pytest.raises(ConfigurationError, match="https"):
            Jwks(url, REFRESH_S)
    Jwks("http://[::1]:9/jwks", REFRESH_S)
    Jwks("https://id.example/jwks", REFRESH_S)


@pytest.fixture
def with_issuer(settings: Settings, issuer: Issuer) -> Settings:
    return dataclasses.replace(
        settings, jwks_url=issuer.url, jwt_issuer=ISSUER, jwt_audience=AUDIENCE
    )


def test_over_http(with_issuer: Settings, issuer: Issuer, store: Store) -> None:
    """A methodist's token builds a route; an expired one is 401; an auditor's is 403."""
    with running(with_issuer, FakeEngine(), store=store) as caller:

        def post(token: str) -> Any:
            return caller.post(
                "/routes", json=whole(), headers={"Authorization": f"Bearer {token}"}
            )

        assert post(issuer.token("rsa")).status_code == 201
        refused(post(issuer.token("rsa", exp=int(time.time()) - 99)), 401, "unauthorized")
        refused(post(issuer.token("ec", "ES256", role="auditor")), 403, "forbidden")


def test_a_tenant_that_is_not_served_here_gets_nothing(
    with_issuer: Settings, issuer: Issuer, store: Store
) -> None:
    """The issuer may know regions that this service does not work for."""
    with running(with_issuer, FakeEngine(), store=store) as caller:
        bearer = {"Authorization": f"Bearer {issuer.token('rsa', tenant='elsewhere')}"}
        refused(caller.get("/version", headers=bearer), 401, "unauthorized")


def test_an_issuer_out_of_reach_is_503(with_issuer: Settings, issuer: Issuer, store: Store) -> None:
    """The caller is told to come again, and that it was not the token."""
    issuer.down = True
    with running(with_issuer, FakeEngine(), store=store) as caller:
        bearer = {"Authorization": f"Bearer {issuer.token('rsa')}"}
        answer = caller.get("/version", headers=bearer)
        refused(answer, 503, "issuer_unavailable")
        assert int(answer.headers["retry-after"]) > 0
