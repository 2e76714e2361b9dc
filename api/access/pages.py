"""Access of pages: the key in a cookie, the token against forged requests, the way in."""

from __future__ import annotations

import hashlib
import hmac
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote, urlsplit

from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from api.problems import header

ROOT = "/"
"""Tells whoever comes where to go; it shows nothing of the service's data."""
PAGES = "/workbench"
SIGN_IN = f"{PAGES}/sign-in"
LANGUAGE = f"{PAGES}/language"
STATIC = f"{PAGES}/static/"
KEY_COOKIE = "routes_key"
LONGEST_KEY = 4_000
"""Characters; browsers keep no longer cookies."""

_PURPOSE = b"workbench forms"


def is_page(path: str) -> bool:
    """Whether the path is one of the workbench."""
    return path == PAGES or path.startswith(f"{PAGES}/")


def is_open_page(path: str) -> bool:
    """Whether the page is for everybody: the way in, the language, what pages are drawn with."""
    return path in (ROOT, SIGN_IN, LANGUAGE) or path.startswith(STATIC)


def cookie_key(scope: Scope) -> str | None:
    """Key that the browser brings, ``None`` if none."""
    try:
        found = SimpleCookie(header(scope, b"cookie") or "").get(KEY_COOKIE)
    except CookieError:
        return None
    return found.value if found is not None and 0 < len(found.value) <= LONGEST_KEY else None


def csrf_token(key: str) -> str:
    """What forms of the key's holder carry: HMAC-SHA256 under the key, hexadecimal.

    A site that makes a browser send a form cannot read our pages and so does not know it; and it
    cannot be made without the key.
    """
    return hmac.new(key.encode(), _PURPOSE, hashlib.sha256).hexdigest()


def from_elsewhere(scope: Scope) -> bool:
    """Whether the browser says that another site made it ask."""
    site = header(scope, b"sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = header(scope, b"origin")
    return origin is not None and urlsplit(origin).netloc != (header(scope, b"host") or "")


def below_pages(target: str) -> str | None:
    """The address if it is one of ours and stays so in every browser, else ``None``."""
    bare = target.partition("?")[0].partition("#")[0]
    odd = any(c in target for c in "\\\r\n\t") or "//" in target or ".." in bare
    return target if is_page(bare) and not odd and target.isprintable() else None


async def send_to_sign_in(scope: Scope, receive: Receive, send: Send) -> None:
    """Show the way in; what was asked for by reading is come back to."""
    if header(scope, b"hx-request") is not None:
        # A part of a page cannot show a whole one in its place.
        response = Response(status_code=401, headers={"HX-Redirect": SIGN_IN})
    else:
        response = RedirectResponse(SIGN_IN + _back(scope), status_code=303)
    await response(scope, receive, send)


def _back(scope: Scope) -> str:
    """Query that leads back to what was asked for; only what is read can be asked for again."""
    query = bytes(scope.get("query_string", b"")).decode("latin-1")
    wanted = below_pages(scope["path"] + (f"?{query}" if query else ""))
    return f"?next={quote(wanted, safe='/')}" if wanted and scope["method"] == "GET" else ""
