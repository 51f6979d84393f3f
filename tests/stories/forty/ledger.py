"""What the stand-in for Azure has written down: every request, every error, every delivery."""

import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any, Final

import httpx

from local import taxi

type Entry = dict[str, Any]
"""A request, and how it was answered."""

PAST: Final = datetime(2000, 1, 1, tzinfo=UTC)
FUTURE: Final = datetime(2100, 1, 1, tzinfo=UTC)
_SOMEBODY: Final = {"Authorization": "Bearer somebody"}
_REGISTERED: Final = "Microsoft.MachineLearningServices.ModelRegistered"


class Ledger:
    """The requests until now."""

    def __init__(self, control: httpx.Client) -> None:
        self._control = control
        self._entries: list[Entry] = self.get("/_emulator/ledger")["entries"]
        self._faults = {one["id"]: one for one in self.get("/_emulator/faults")["faults"]}

    def requests(
        self, method: str, path: str, since: datetime = PAST, until: datetime = FUTURE
    ) -> list[Entry]:
        """In the order in which they came; `path` is a regular expression."""
        return [
            entry
            for entry in self._entries
            if entry["method"] == method
            and re.search(path, entry["path"])
            and since <= at(entry) < until
        ]

    def carried_out(self, method: str, path: str, until: datetime = FUTURE) -> list[Entry]:
        """Those to which Azure did not say no."""
        found = self.requests(method, path, until=until)
        return [entry for entry in found if httpx.codes.is_success(entry["status"])]

    def error(self, entry: Entry) -> str | None:
        """The code with which Azure refused it, or failed to do it."""
        if not entry["fault"]:
            return None
        fault = self._faults[entry["fault"].split()[-1]]
        told = fault["operation"] or fault["answer"]["body"]["error"]
        return str(told["code"])

    def deliveries(self) -> Counter[str]:
        """How often each event was delivered, by its id."""
        found = self.get("/_emulator/subscriptions/promotion/deliveries")["deliveries"]
        return Counter(one["event_id"] for one in found if one["result"] == "delivered")

    def registered(self) -> dict[str, str]:
        """The models whose registration in the dev workspace events told of, by the events' ids."""
        events = self.get("/_emulator/events")["events"]
        wanted = (_REGISTERED, taxi.workspace_id(taxi.DEV))
        found = [one for one in events if (one["type"], one["source"]) == wanted]
        return {one["id"]: re.split("[/:]", one["event"]["subject"])[1] for one in found}

    def look_up(self, path: str) -> dict[str, Any] | None:
        """What Azure shows there now; None if there is nothing."""
        known = {"params": {"api-version": "2024-01-01-preview"}, "headers": _SOMEBODY}
        try:
            return self.get(path, **known)
        except httpx.HTTPStatusError as error:
            if error.response.status_code == httpx.codes.NOT_FOUND:
                return None
            raise

    def get(self, path: str, **more: Any) -> dict[str, Any]:
        """The answer of the stand-in."""
        found: dict[str, Any] = self._control.get(path, **more).json()
        return found


def at(told: Entry) -> datetime:
    """When it happened."""
    return datetime.fromisoformat(told["at"])
