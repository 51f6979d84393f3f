"""The reference page of the command line: its commands, from the code itself."""
# ruff: noqa: E501  (rows of tables)

import inspect
from collections.abc import Iterator
from typing import Any, Final

import typer.main

from promotion.cli.app import app

_EVERYWHERE: Final = ("url", "profile", "device_code")
"""Options of every command that asks the service."""

_HEAD: Final = """\
# The command line

`promote` is a client of the [HTTP API](http-api.md). [Use the command line](../how-to/use-the-command-line.md)
says how to install it, connect and log in; [a session](../how-to/three-environments.md) shows it at
work. `promote COMMAND --help` says what stands here.

## Exit codes

| | |
|---|---|
| 0 | it is done, or it succeeded |
| 1 | the answer is no: refused, rejected, failed, rolled back, cancelled, superseded, decided before by somebody else, or the status does not allow it |
| 2 | a mistake: in what was typed, in the profile file, in a policy |
| 3 | not allowed: it is not known who asks, or that caller may not |
| 4 | not found: no such promotion, route, stage or version |
| 5 | no answer: the service cannot be reached, is busy, or is broken; or `promote` itself broke (`PROMOTE_DEBUG=1` shows where) |
| 130 | Ctrl-C; what was asked for goes on |
| 141 | whoever read the output stopped reading |

Errors are told on standard error: what is wrong, then what to do about it. `watch` and what has
`--watch` exit with 0 only if the promotion has succeeded.

## Which service

The first of these counts: `--url`, `--profile`, `PROMOTE_URL`, `PROMOTE_PROFILE`, the profile file's
`default`, its only profile. What a profile knows is only used for the service that it names. Where
`PROMOTE_URL` and `PROMOTE_PROFILE` are both set and neither option is given, a line on standard error says
that `PROMOTE_URL` counts.

| Environment variable | |
|---|---|
| `PROMOTE_URL` | address of the service |
| `PROMOTE_PROFILE` | a service of the profile file |
| `PROMOTE_CONFIG` | another profile file than `{config}` |
| `PROMOTE_CLIENT_ID` | client id of the Entra application of the service of `--url` or `PROMOTE_URL`; of a profile's only if it says `login = "azure"` or `"device-code"` and has no `client_id` |
| `PROMOTE_KEY` | a function key, sent as `x-functions-key` to the service of `--url` or `PROMOTE_URL`; to a profile's only if it says `login = "key"` |
| `PROMOTE_WORKSPACE_ID` | the Log Analytics workspace of `report` and `dashboard`, by its customer id |
| `PROMOTE_LOGS_ENDPOINT` | Log Analytics in another cloud, such as `https://api.loganalytics.us`; with `AZURE_AUTHORITY_HOST` for the login |
| `PROMOTE_DEBUG` | `1` shows the traceback when `promote` breaks |
| `NO_COLOR`, `COLUMNS` | no colours; width of lines |

The profile file is TOML. `default` names a profile; `[profiles.NAME]` is one, with

| Key | |
|---|---|
| `url` | address of the service, such as `https://<app>.azurewebsites.net` |
| `client_id` | of the Entra application that stands for the service; tokens are asked for `api://<client id>/.default` |
| `tenant_id` | the Entra tenant, if it is not the usual one |
| `login` | `azure`: `DefaultAzureCredential`, such as `az login` or a managed identity; `device-code`: a code, in a browser anywhere; `key`: the function key in `PROMOTE_KEY`; `none`. Without it: `azure` if the profile has a client id, else `none` |
| `workspace_id` | customer id of the Log Analytics workspace with its audit records, for `report` and `dashboard` |
| `headers` | a table of headers to send, for a gateway in front |

Tokens, keys and headers are sent over https only, or to this machine.

Every command that asks the service has

| Option | |
|---|---|
{everywhere}

## Which audit records

`report` and `dashboard` do not ask the service. The first of these counts: `--audit-file`,
`--workspace-id` or `--profile`; `PROMOTE_WORKSPACE_ID`; the `workspace_id` of the profile that
`PROMOTE_PROFILE` names; `.local/audit.jsonl`, which `make serve` writes, if it is there; the
`workspace_id` of the profile file's `default`, or of its only profile. They log in to Azure with
`DefaultAzureCredential`, such as `az login`, or with `--device-code`.

## Commands
"""
_CONFIG: Final = "~/.config/promote/config.toml"


def page() -> str:
    """The whole page."""
    root: Any = typer.main.get_command(app)
    sections = [text for name, one in root.commands.items() for text in _sections(name, one)]
    submit = root.commands["submit"]
    shared = [_row(one) for one in submit.params if one.name in _EVERYWHERE]
    head = _HEAD.format(config=_CONFIG, everywhere="\n".join(shared))
    return "\n".join([head, *sections])


def _sections(name: str, command: Any) -> Iterator[str]:
    if hasattr(command, "commands"):
        for below, one in command.commands.items():
            yield from _sections(f"{name} {below}", one)
        return
    usage = " ".join(["promote", name, *_usage(command.params)])
    yield f"### {name}\n\n```\n{usage}\n```\n\n{_text(command.help)}\n"
    options = [_row(one) for one in command.params if _is_own(one)]
    if options:
        yield "\n".join(["| Option | |", "|---|---|", *options, ""])


def _usage(params: list[Any]) -> Iterator[str]:
    for one in params:
        if one.param_type_name == "argument":
            name = one.metavar or one.name.upper()
            yield name if one.required or name.startswith("[") else f"[{name}]"
        elif one.required:
            yield f"{one.opts[0]} {_value(one)}"
    yield "[OPTIONS]"


def _is_own(param: Any) -> bool:
    return param.param_type_name == "option" and param.name not in (*_EVERYWHERE, "help")


def _row(option: Any) -> str:
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    value = "" if option.is_flag else f" {_value(option)}"
    shown = names if not value else f"`{option.opts[0]}{value}`"
    told = str(option.help or "").replace("|", "\\|")
    required = " Required." if option.required else ""
    usual = option.default
    default = f" Usually `{usual}`." if isinstance(usual, str | int) and usual and value else ""
    return f"| {shown.replace('|', chr(92) + '|')} | {told}{required}{default} |"


def _value(option: Any) -> str:
    return str(option.metavar or option.opts[0].lstrip("-").upper())


def _text(help_text: str | None) -> str:
    paragraphs = inspect.cleandoc(help_text or "").split("\n\n")
    return "\n\n".join(" ".join(one.split()) for one in paragraphs)
