"""An issuer of tokens on this machine: keys, a JWKS over HTTP, and tokens good and bad."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

ISSUER, AUDIENCE = "https://id.example", "routes"


class Issuer:
    """Signs tokens and publishes its public keys; ``reads`` counts how often they are fetched."""

    def __init__(self) -> None:
        self.private: dict[str, Any] = {}
        self.published: list[dict[str, Any]] = []
        self.reads = 0
        self.down = False
        self.redirect: str | None = None
        self.url = ""

    def add_rsa(self, kid: str, bits: int = 2048) -> None:
        """Make and publish an RSA key."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
        self.private[kid] = key
        self._publish(kid, RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "RS256")

    def add_ec(self, kid: str) -> None:
        """Make and publish an elliptic key."""
        key = ec.generate_private_key(ec.SECP256R1())
        self.private[kid] = key
        self._publish(kid, ECAlgorithm.to_jwk(key.public_key(), as_dict=True), "ES256")

    def _publish(self, kid: str, jwk: dict[str, Any], algorithm: str) -> None:
        self.published.append({**jwk, "kid": kid, "alg": algorithm, "use": "sig"})

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Claims of a methodist; ``None`` leaves a claim out."""
        now = int(time.time())
        claims = {
            "iss": ISSUER, "aud": AUDIENCE, "sub": "person-7", "tenant": "default",
            "role": "methodist", "iat": now, "exp": now + 600, **changes,
        }  # fmt: skip
        return {k: v for k, v in claims.items() if v is not None}

    def token(self, kid: str, algorithm: str = "RS256", **changes: Any) -> str:
        """Token signed by a key of that id."""
        return jwt.encode(
            self.claims(**changes), self.private[kid], algorithm, headers={"kid": kid}
        )


@contextmanager
def published(issuer: Issuer) -> Iterator[Issuer]:
    """Serve the issuer's keys on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.reads += 1
            if issuer.redirect is not None:
                self.send_response(302)
                self.send_header("Location", issuer.redirect)
                self.end_headers()
                return
            self.send_response(503 if issuer.down else 200)
            self.end_headers()
            self.wfile.write(json.dumps({"keys": issuer.published}).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        issuer.url = f"http://127.0.0.1:{server.server_port}/jwks"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield issuer
        server.shutdown()
        thread.join()
