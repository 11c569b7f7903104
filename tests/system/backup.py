"""Save and restore the database of a service: by the runbook's commands on the real stack."""

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from deploy.local.postgres import wheel_binaries
from deploy.local.roles import create_roles
from tests.system.product import ADMIN_KEY, ROOT

RUNBOOK = ROOT / "docs" / "operations.md"


def commands(title: str) -> list[str]:
    """Return the commands in the section of the runbook with this title."""
    text = RUNBOOK.read_text(encoding="utf-8")
    _, _, rest = text.partition(f"### {title}\n")
    section = re.split(r"^#+ ", rest, maxsplit=1, flags=re.MULTILINE)[0]
    blocks = re.findall(r"^```sh\n(.*?)^```", section, flags=re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


@dataclass(frozen=True)
class Backup:
    """Copies of the databases of a product in a folder; `database_url` is None on SQLite.

    `migrates` is whether `migrate` runs after a restore: it refuses the schema of a later release.
    """

    folder: Path
    data: Path
    database_url: str | None
    kafka: str | None
    migrates: bool = True

    def save(self) -> None:
        """Copy the databases of all services, while the product runs."""
        self.folder.mkdir()
        if self.database_url:
            self.run_section("Save")
            return
        for file in self.data.glob("*.db"):
            if file.name != "events.log.db":
                _copy_sqlite(file, self.folder / file.name)

    def restore(self, service: str) -> None:
        """Replace the database of one service by its copy, and run `restored`."""
        if self.database_url:
            self.run_section("Restore", SERVICE=service)
            return
        target = self.data / f"{service}.db"
        for suffix in ("", "-wal", "-shm"):
            target.with_name(target.name + suffix).unlink(missing_ok=True)
        _copy_sqlite(self.folder / target.name, target)
        self.run(f"python -m services.{service} restored")

    def run_section(self, title: str, **variables: str) -> None:
        """Run the commands of a section of the runbook one after the other."""
        for command in commands(title):
            if self.migrates or not command.endswith(" migrate"):
                self.run(command, **variables)

    def refused(self, command: str) -> str:
        """Return what a command that is refused prints on standard error."""
        done = self._run(command, {})
        assert done.returncode == 1, done
        return done.stderr

    def kill(self, command: str) -> None:
        """Run a command in a shell, and kill it with kill -9 once it has printed a line."""
        with subprocess.Popen(
            ["bash", "-euc", f"exec {command}"],
            cwd=ROOT,
            env=self._environment({}),
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline()
            process.kill()

    def run(self, command: str, **variables: str) -> str:
        """Run a command in a shell; return its output, and fail if its exit status is not 0."""
        done = self._run(command, variables)
        assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def _run(
        self, command: str, variables: Mapping[str, str]
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["bash", "-euc", command],
            cwd=ROOT,
            env=self._environment(variables),
            capture_output=True,
            text=True,
            check=False,
        )

    def _environment(self, variables: Mapping[str, str]) -> dict[str, str]:
        """Return the variables that the runbook names, and the settings of the services."""
        folders = [str(wheel_binaries() / "bin"), str(Path(sys.executable).parent)]
        environment = {
            **{name: value for name, value in os.environ.items() if "PATRON" not in name},
            "PATH": os.pathsep.join([*folders, os.environ["PATH"]]),
            "PATRON_DATA": str(self.data / "real" if self.database_url else self.data),
            "PATRON_ADMIN_KEY": ADMIN_KEY,
            "BACKUP": str(self.folder),
            **variables,
        }
        if self.kafka:
            environment["PATRON_KAFKA_BOOTSTRAP"] = self.kafka
        if self.database_url:
            roles = create_roles(self.database_url)
            environment["ADMIN_URL"] = self.database_url
            for role, url in roles.items():
                environment[f"{role.upper()}_DATABASE_URL"] = url
                if role == variables.get("SERVICE"):
                    environment["SERVICE_PASSWORD"] = urlsplit(url).password or ""
        return environment


def _copy_sqlite(source: Path, target: Path) -> None:
    """Copy an SQLite database, which may be in use, as of one moment."""
    with closing(sqlite3.connect(source)) as before, closing(sqlite3.connect(target)) as after:
        before.backup(after)
