"""Bodies of answers, read with a limit to the time and to the size."""

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from requests import Response

MAX_BODY: Final = 8 * 1024 * 1024
"""Bytes, unpacked."""
_PIECE: Final = 64 * 1024


class TooLarge(Exception):
    """There is more than MAX_BODY of it."""


def read_body(response: "Response", deadline: float) -> str:
    """The body of a streamed ``response``, as text.

    A plain time-out begins anew with each piece, so that one who sends them slowly needs none:
    at the ``deadline``, in seconds of ``time.monotonic``, TimeoutError is raised. Raises TooLarge,
    and what urllib3 and requests raise.
    """
    whole = bytearray()
    # What has come, however little: a read of a certain size would wait until it is there.
    while piece := response.raw.read1(_PIECE, decode_content=True):
        whole += piece
        if len(whole) > MAX_BODY:
            raise TooLarge
        if time.monotonic() > deadline and response.raw.length_remaining != 0:
            raise TimeoutError
    return _text(bytes(whole), response)


def _text(body: bytes, response: "Response") -> str:
    named = "charset" in response.headers.get("Content-Type", "").lower()
    try:
        return body.decode((named and response.encoding) or "utf-8-sig", "replace")
    except LookupError:  # a charset that nobody knows
        return body.decode("utf-8-sig", "replace")
