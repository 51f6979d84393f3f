"""The client of the HTTP API. It says things again only where that cannot do them twice."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from promotion.cli.connection import Connection
from promotion.cli.exits import Exit, Failed, mistake
from promotion.cli.login import Credentials
from promotion.cli.problems import failed
from promotion.cli.surroundings import Surroundings

if TYPE_CHECKING:
    import httpx

type Json = dict[str, Any]
"""A JSON object of the API, as docs/reference/openapi.json describes it."""

_PAUSES: Final = (0.5, 1.0, 2.0, 4.0)
"""Seconds between tries."""
_LONGEST: Final = 30.0
"""Seconds that a service may ask to be left alone; one that asks for more is not waited for."""
_BUSY: Final = frozenset({429, 502, 503, 504})
"""502 and 504 come from what stands in front of the service, and lost it on the way."""
_CONNECT, _READ = 10.0, 60.0  # a function app that sleeps takes a while to wake up

_UNSURE: Final = "It may have arrived all the same: look first."
_UNSENDABLE: Final = "The request cannot be sent: its address or a header is not as HTTP wants it."


@dataclass(frozen=True)
class Answer:
    """What the service answered."""

    content: Json
    text: str
    """The same, as it came."""
    etag: str | None
    location: str | None
    """Below /api: where to look how it goes."""


class Service:
    """The promotion service, for one command."""

    def __init__(self, where: Callable[[], Connection], around: Surroundings) -> None:
        """``where`` raises Failed when it is not known which service is meant."""
        self._where = where
        self.around = around
        self._client: httpx.Client | None = None

    @cached_property
    def connection(self) -> Connection:
        """The service that is meant. Raises Failed."""
        return self._where()

    @cached_property
    def _credentials(self) -> Credentials:
        return Credentials(self.connection, self.around.credential)

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        """What is there. Raises Failed."""
        return self._answer(self._sent("GET", path, again=True, query=query))

    def look(self, path: str, etag: str | None) -> Answer | None:
        """What is there, tried once; None when it is what it was. Raises Failed."""
        known = {"If-None-Match": etag} if etag else {}
        answer = self._sent("GET", path, again=False, headers=known)
        return None if answer.status_code == 304 else self._answer(answer)

    def ask(self, path: str, body: Json) -> Answer:
        """POST what changes nothing. Raises Failed."""
        return self._answer(self._sent("POST", path, again=True, body=body))

    def send(self, path: str, body: Json, *, keyed: bool) -> Answer:
        """POST what is to be done, with a key of its own where the service heeds one."""
        # The same key in every try of this sending, and another one in the next command.
        key = {"Idempotency-Key": uuid4().hex} if keyed else {}
        answer = self._sent("POST", path, again=keyed, body=body, headers=key)
        return self._answer(answer, unsure=not keyed)

    def _sent(
        self,
        method: str,
        path: str,
        *,
        again: bool,
        query: Mapping[str, str] | None = None,
        body: Json | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> "httpx.Response":
        import httpx

        pauses = iter(_PAUSES if again else ())
        while True:
            try:
                answer = self._http().request(
                    method,
                    f"{self.connection.api}/{path}",
                    params=query,
                    json=body,
                    headers={**self._credentials.headers(), **(headers or {})},
                )
            except (httpx.LocalProtocolError, httpx.InvalidURL):
                # What they say has values of headers in it.
                raise mistake(_UNSENDABLE, "Look at the profile, and at PROMOTE_KEY.") from None
            except httpx.HTTPError as error:
                if (pause := next(pauses, None)) is None:
                    unsure = method == "POST" and not again
                    raise _unreachable(self.connection, error, unsure=unsure) from None
            else:
                pause = _asked_to_wait(answer, next(pauses, None))
                if pause is None:
                    return answer
            self.around.sleep(pause)

    def _http(self) -> "httpx.Client":
        import httpx

        if self._client is None:
            timeout = httpx.Timeout(_READ, connect=_CONNECT)
            # Proxies of the environment are for other machines.
            self._client = httpx.Client(
                transport=self.around.transport,
                timeout=timeout,
                trust_env=not self.connection.is_here,
            )
        return self._client

    def _answer(self, answer: "httpx.Response", *, unsure: bool = False) -> Answer:
        if not answer.is_success:
            error = failed(answer, self.connection)
            if unsure and answer.status_code >= 500:
                remedy = f"{_UNSURE} {error.remedy or ''}".rstrip()
                raise Failed(error.code, error.detail, remedy)
            raise error
        try:
            content = json.loads(answer.content)
        except ValueError:
            content = None
        if not isinstance(content, dict):
            what = f"{self.connection.url} answered, but not as a promotion service."
            raise Failed(Exit.UNREACHABLE, what, "Check the address of the service.")
        location = answer.headers.get("location", "").removeprefix("/api/") or None
        return Answer(content, answer.text, answer.headers.get("etag"), location)


def _asked_to_wait(answer: "httpx.Response", pause: float | None) -> float | None:
    """Seconds until the next try; None when this answer stands."""
    if answer.status_code not in _BUSY or pause is None:
        return None
    asked = answer.headers.get("retry-after", "")
    if answer.status_code == 503 and not asked:
        return None  # it is not busy, but broken
    wait = float(asked) if asked.isdecimal() else pause
    return wait if wait <= _LONGEST else None


def _unreachable(connection: Connection, error: Exception, *, unsure: bool) -> Failed:
    what = str(error).strip() or type(error).__name__
    remedy = "Check the address and the network"
    if unsure:
        remedy = f"{_UNSURE} {remedy}"
    detail = f"{connection.url} cannot be reached: {what}."
    return Failed(Exit.UNREACHABLE, detail.replace("..", "."), f"{remedy}.")
