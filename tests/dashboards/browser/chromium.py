"""A Chromium to test pages in: one that is here, or one from npm."""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

import pytest

_HERE: Final = Path(__file__).parent
_CACHE: Final = _HERE.parents[2] / ".local" / "chromium"
_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_MAC: Final = (
    "Google Chrome.app/Contents/MacOS/Google Chrome",
    "Chromium.app/Contents/MacOS/Chromium",
    "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
_ARCHIVES: Final = ("al2023.tar", "fonts.tar")
"""Libraries that a bare machine lacks, and a font. Source: the package's README."""
_FONTS: Final = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir prefix="relative">fonts</dir>
</fontconfig>
"""


@dataclass(frozen=True)
class Chromium:
    """How to start it."""

    program: Path
    environment: dict[str, str] = field(default_factory=dict)


@cache
def chromium() -> Chromium:
    """Skips the test where there is none and none can be had, except in CI."""
    found = _installed_here()
    if found:
        return Chromium(found)
    if sys.platform == "linux" and platform.machine() == "x86_64" and shutil.which("npm"):
        return _unpacked(node_modules().parent)
    why = "there is no Chromium: install one, or name it in CHROMIUM"
    if os.environ.get("CI"):
        pytest.fail(f"{why}; the pages must be tested here")
    pytest.skip(why)


def node_modules() -> Path:
    """Packages from npm; installed once for each package-lock.json, which pins their digests."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is missing: install Node.js to have the packages of these tests")
    folder = _CACHE / hashlib.sha256((_HERE / "package-lock.json").read_bytes()).hexdigest()[:16]
    if not folder.exists():
        _CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=_CACHE) as name:
            _install(npm, Path(name) / "new")
            _in_one_step(Path(name) / "new", folder)
    return folder / "node_modules"


def _installed_here() -> Path | None:
    given = os.environ.get("CHROMIUM")
    if given:
        return Path(given)
    for name in _NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    roots = (Path("/Applications"), Path.home() / "Applications")
    places = [root / name for root in roots for name in _MAC]
    return next((place for place in places if place.exists()), None)


def _install(npm: str, folder: Path) -> None:
    folder.mkdir()
    for file in ("package.json", "package-lock.json"):
        shutil.copy(_HERE / file, folder)
    _run(folder, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund")


def _unpacked(folder: Path) -> Chromium:
    place = folder / "unpacked"
    if not place.exists():
        with tempfile.TemporaryDirectory(dir=folder) as name:
            _unpack(folder / "node_modules/@sparticuz/chromium/bin", Path(name) / "new")
            _in_one_step(Path(name) / "new", place)
    libraries = [os.environ.get("LD_LIBRARY_PATH", ""), str(place / "lib")]
    environment = {
        **os.environ,
        "LD_LIBRARY_PATH": ":".join(filter(None, libraries)),
        "FONTCONFIG_FILE": str(place / "fonts.conf"),
    }
    return Chromium(place / "chromium", environment)


def _unpack(packed: Path, place: Path) -> None:
    place.mkdir()
    node = shutil.which("node") or "node"
    for name in ("chromium", *_ARCHIVES):
        _run(_HERE, node, "unpack.mjs", str(packed / f"{name}.br"), str(place / name))
    (place / "chromium").chmod(0o755)
    for name in _ARCHIVES:
        with tarfile.open(place / name) as archive:
            archive.extractall(place, filter="data")
        (place / name).unlink()
    (place / "fonts.conf").write_text(_FONTS, encoding="utf-8")


def _in_one_step(made: Path, folder: Path) -> None:
    """So that a folder of that name is always whole; whoever made it first has won."""
    try:
        made.rename(folder)
    except OSError:
        if not folder.exists():
            raise


def _run(folder: Path, *command: str) -> None:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, f"{' '.join(command[:2])} failed: {done.stderr}"
