"""What keeps a web page in somebody's browser from using this API in their name.

A page of a foreign site may send requests to loopback (CSRF), or let its name point there (DNS rebinding);
the first tells its own origin, the second its own name as the host.
"""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from errand.frontends.rest.problems import problem

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_OWN_SITE = frozenset({"same-origin", "none"})
"""Of `Sec-Fetch-Site`: a page of ours, or an address that a person typed."""


class Guard:
    """Refuses a request that names a host which this API is not, or comes from a page of another one."""

    def __init__(self, app: ASGIApp, hosts: Collection[str] = ()) -> None:
        """`hosts`: names of this API besides those of loopback; `*` for any."""
        self._app, self._hosts = app, _LOOPBACK | {each.lower() for each in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (refused := self._refusal(Headers(scope=scope))):
            await problem(403, "Refused", refused)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _refusal(self, headers: Headers) -> str:
        host, origin = headers.get("host", ""), headers.get("origin")
        if "*" not in self._hosts and _name(f"//{host}") not in self._hosts:
            return (
                "The request names a host that this API does not answer for: use the address it listens on."
            )
        if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
            return "The request comes from a page of another site, which may not use this API."
        if headers.get("sec-fetch-site", "none") not in _OWN_SITE:
            return "The request comes from a page of another site, which may not use this API."
        return ""


def _name(address: str) -> str:
    """Of the host; empty when there is none that can be read."""
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""
