"""`make serve`: the same little Azure as the demo's, left running to be tried out.

HOST_PORT (7071), EMULATOR_PORT (8443) and DASHBOARD_PORT (7072) choose the ports, 0 takes any that
is free; POLICY names another policy than the example's. What a client needs to know is written to
.local/serve.json, and .local/promote.toml has a profile for each test identity, for the command
line. What people would see in Teams and Slack is written to .local/notices.txt.
"""

import json
import os
import signal
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import httpx
from rich.console import Console

from local import qa
from local.cloud import ROOT, LocalCloud
from local.dashboard import Dashboard
from local.identities import profiles
from local.processes import StartFailed
from local.told import ToldCloud, the_policy

DIRECTORY: Final = ROOT / ".local"
INFO: Final = DIRECTORY / "serve.json"
PROFILES: Final = DIRECTORY / "promote.toml"
SECONDS: Final = {
    "import": 1.0,
    "endpoint": 1.0,
    "deployment": 4.0,
    "traffic": 1.0,
    "delete": 1.0,
}
"""How long Azure's operations take here."""


def main() -> int:
    """Serve until Ctrl-C; 0 when stopped, 1 if it cannot start or the host dies."""
    console = Console(highlight=False, soft_wrap=True)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    if (running_at := where_it_runs(INFO)) is not None:
        console.print(
            f"[red]It runs already,[/] at {running_at}: stop it first; both would write to .local."
        )
        return 1
    try:
        with ExitStack() as running:
            cloud = running.enter_context(_cloud())
            dashboard = running.enter_context(_dashboard(cloud))
            running.callback(_forget)
            write_what_clients_need(cloud, DIRECTORY)
            _say_what_to_do(console, cloud, dashboard)
            while not stop.wait(1):
                if not cloud.alive():
                    console.print(f"[red]The host died;[/] its log is {DIRECTORY / 'host.log'}")
                    return 1
    except (StartFailed, ValueError) as error:
        console.print(f"[red]It could not start:[/] {error}")
        free = "HOST_PORT=0 EMULATOR_PORT=0 DASHBOARD_PORT=0"
        console.print(f"If a port is taken: {free} make serve takes free ones.")
        return 1
    console.print("Stopped.")
    return 0


def where_it_runs(info: Path) -> str | None:
    """Where the service answers that wrote `info`; None when there is none, or it was killed."""
    try:
        url = str(json.loads(info.read_text(encoding="utf-8"))["host_url"])
        httpx.get(f"{url}/api/docs", timeout=5, trust_env=False)
    except (OSError, ValueError, KeyError, httpx.TransportError):
        return None
    return url


def _forget() -> None:
    INFO.unlink(missing_ok=True)
    PROFILES.unlink(missing_ok=True)


def _cloud() -> ToldCloud:
    policy = os.environ.get("POLICY")
    return ToldCloud(
        DIRECTORY,
        policy=Path(policy) if policy else the_policy(DIRECTORY),
        host_port=_port("HOST_PORT", 7071),
        emulator_port=_port("EMULATOR_PORT", 8443),
        seconds=SECONDS,
    )


def _dashboard(cloud: LocalCloud) -> Dashboard:
    return Dashboard(cloud.audit_file, _port("DASHBOARD_PORT", 7072))


def _port(name: str, default: int) -> int:
    written = os.environ.get(name, str(default))
    if not written.isdecimal() or int(written) > 65_535:
        raise ValueError(f"{name} is {written!r}; a port is a number from 0 to 65535")
    return int(written)


def write_what_clients_need(cloud: LocalCloud, directory: Path) -> None:
    """serve.json and promote.toml; there is a qa workspace from now on, too."""
    cloud.control.post("/_emulator/seed", json=qa.SEED)
    _write(directory / INFO.name, json.dumps(cloud.info, indent=2))
    _write(directory / PROFILES.name, profiles(cloud.info["host_url"]))


def _write(path: Path, text: str) -> None:
    # It holds keys of this local host: for its owner's eyes only.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def _say_what_to_do(console: Console, cloud: ToldCloud, dashboard: Dashboard) -> None:
    info = cloud.info
    what, name = "a model that the taxi-fare team trained", ""
    if os.environ.get("POLICY"):
        what, name = "a model with a name that your policy takes", " --name NAME"
    console.print(
        f"The function app   {info['host_url']}\n"
        f"The dashboard      {dashboard.url}\n"
        f"Azure's stand-in   {info['arm_url']}\n"
        f"What clients need  {INFO.relative_to(ROOT)}\n"
        f"The audit trail    {cloud.audit_file.relative_to(ROOT)}\n"
        f"In Teams and Slack {cloud.notices_file.relative_to(ROOT)}\n"
        f"The policy         {_named(cloud.policy)}\n\n"
        f"Register {what}, in another terminal:\n"
        f"  .venv/bin/python -m local.register good{name}\n"
        "and see what became of it:\n"
        f"  export PROMOTE_CONFIG={PROFILES.relative_to(ROOT)}\n"
        "  .venv/bin/promote list\n\n"
        "Ctrl-C stops."
    )


def _named(path: Path) -> Path:
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


if __name__ == "__main__":
    sys.exit(main())
