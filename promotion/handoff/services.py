"""Asks the services that gates of kind ``http`` name.

docs/how-to/ask-a-service.md is the contract with them.
"""

import json
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException, IncompleteRead
from ssl import SSLCertVerificationError
from typing import Final

from promotion.core.address import allowed
from promotion.core.candidate import Answer, Candidate
from promotion.core.gates import Gate
from promotion.core.gates.http import HttpGate
from promotion.core.policy.duration import in_words
from promotion.core.value import Json
from promotion.core.verdict import Mode
from promotion.handoff.https import AddressForbidden, post
from promotion.handoff.replies import Trouble, understood
from promotion.identity import NAME, credential

SCHEMA_VERSION: Final = "1"
MAX_AT_ONCE: Final = 8

_NOT_ASKED: Final = Answer(
    reason="The service was not asked: it wants a token.",
    remedy="Give --send-tokens if you trust the policy with your own.",
)

_PAUSES: Final = (0.5, 1.0, 2.0)
"""Seconds until a service is asked again that could not be reached or was too busy."""


def hear(
    candidate: Candidate, gates: Iterable[Gate], hosts: Iterable[str], *, tokens: bool = True
) -> Candidate:
    """``candidate`` with the answers of every service that ``gates`` ask.

    Without ``tokens`` a service that wants one is not asked: a policy that nobody has agreed to
    yet must not send the token of whoever tries it anywhere.

    Takes as long as the slowest of them, for up to MAX_AT_ONCE. A service that does not answer
    as it should, or not at all, is an answer too.
    """
    asked = {
        gate.question: gate
        for gate in gates
        if isinstance(gate, HttpGate) and gate.mode is not Mode.OFF
    }
    if not asked:
        return candidate
    known = tuple(hosts)
    with ThreadPoolExecutor(min(len(asked), MAX_AT_ONCE)) as pool:
        answers = pool.map(
            lambda gate: ask(gate, candidate, known) if tokens or not gate.token else _NOT_ASKED,
            asked.values(),
        )
        heard = dict(zip(asked, answers, strict=True))
    return candidate.model_copy(update={"answers": candidate.answers | heard})


def ask(gate: HttpGate, candidate: Candidate, hosts: Iterable[str]) -> Answer:
    """What the service of ``gate`` says about ``candidate``; only ``hosts`` are asked."""
    try:
        # The policy was checked for this when it was read; a token must not depend on that.
        if not allowed(gate.url, hosts):
            reason = f"{gate.address.host} is not one of the policy's hosts."
            raise Trouble(reason, remedy="Add it to hosts in the policy.", lasting=True)
        return _patiently(gate, _body(gate, candidate), _headers(gate))
    except Trouble as trouble:
        return trouble.answer


def _patiently(gate: HttpGate, body: bytes, headers: dict[str, str]) -> Answer:
    """The answer; one that a passing trouble prevents is asked for again while there is time."""
    deadline = time.monotonic() + gate.timeout.total_seconds()
    for pause in _PAUSES:
        try:
            return _once(gate, body, headers, deadline)
        except Trouble as trouble:
            if trouble.answer.broken or time.monotonic() + 2 * pause > deadline:
                raise
        time.sleep(pause)
    return _once(gate, body, headers, deadline)


def _once(gate: HttpGate, body: bytes, headers: dict[str, str], deadline: float) -> Answer:
    service = f"The service {gate.address.host}"
    try:
        reply = post(gate.address, body, headers, deadline)
    except AddressForbidden as error:
        raise Trouble(f"{error}.", lasting=True) from None
    except TimeoutError:
        raise Trouble(f"{service} did not answer within {in_words(gate.timeout)}.") from None
    except SSLCertVerificationError as error:
        reason = f"{service} has a certificate that cannot be trusted: {error.verify_message}."
        remedy = "Set REQUESTS_CA_BUNDLE to the authority that signed the certificate."
        raise Trouble(reason, remedy=remedy, lasting=True) from None
    except OSError as error:
        told = error.strerror or str(error) or type(error).__name__
        raise Trouble(f"{service} could not be reached: {told}.") from None
    except IncompleteRead:
        raise Trouble(f"{service} broke off its answer.") from None
    except HTTPException as error:
        reason = f"{service} does not speak HTTP as it should: {type(error).__name__}."
        raise Trouble(reason, lasting=True) from None
    return understood(service, reply)


def _body(gate: HttpGate, candidate: Candidate) -> bytes:
    # As JSON, and back: only so is a metric that is NaN a text. What one service says is none of
    # another's business.
    known = json.loads(candidate.model_dump_json(exclude={"answers"}))
    body: Json = {"schema_version": SCHEMA_VERSION, "gate": gate.name, "candidate": known}
    return json.dumps(body, allow_nan=False).encode()


def _headers(gate: HttpGate) -> dict[str, str]:
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "User-Agent": NAME,
        "Connection": "close",
    }
    if gate.token is not None:
        headers["Authorization"] = f"Bearer {_token(gate.token)}"
    return headers


def _token(resource: str) -> str:
    from azure.core.exceptions import AzureError

    scope = resource if resource.endswith("/.default") else f"{resource}/.default"
    try:
        return credential().get_token(scope).token
    except AzureError as error:
        reason = f"There is no token for {resource}: {error.message}"
        remedy = (
            "Check that the function app has a managed identity, that AZURE_CLIENT_ID names it, "
            "and that the resource exists in its tenant."
        )
        raise Trouble(reason, remedy=remedy) from None
