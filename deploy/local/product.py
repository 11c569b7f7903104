"""The product's processes on one machine: their roles, ports and settings.

A role is the work of one process: its function, its environment variables, and its log.
"""

import gc
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path

from deploy.local.ports import free_ports
from deploy.local.roles import SERVICES
from deploy.local.supervise.child import Role
from shared.commands import main
from shared.service import Service

_SETTINGS_NOT_INHERITED = ("DATABASE_URL", "KAFKA_BOOTSTRAP", "IDENTITY_PUBLIC_KEY_FILE")


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of one service: of its API, and of the probes of its API and its worker.

    Probes are /livez, /readyz and /metrics, which are served on a separate port.
    """

    api: int
    operations: int
    worker: int


def _ports() -> dict[str, Ports]:
    """Return ports for every service: free ones, except that the environment may set probes'."""
    free = iter(free_ports(3 * len(SERVICES)))
    return {name: _ports_of(name.upper(), free) for name in SERVICES}


def _ports_of(prefix: str, free: Iterator[int]) -> Ports:
    """Return the ports of the service whose environment variables have this prefix."""
    return Ports(
        api=next(free),
        operations=port_from_environment(f"{prefix}_OPERATIONS_PORT", otherwise=next(free)),
        worker=port_from_environment(f"{prefix}_WORKER_OPERATIONS_PORT", otherwise=next(free)),
    )


def port_from_environment(variable: str, *, otherwise: int) -> int:
    """Return the port in an environment variable, or `otherwise` if it is unset or 0.

    Raises SystemExit with a message if the value is not a port.
    """
    text = os.environ.get(variable) or "0"
    if not (text.isdecimal() and int(text) < 2**16):
        raise SystemExit(f"{variable}: Input should be a port, at most 65535.")
    return int(text) or otherwise


@dataclass(frozen=True, kw_only=True)
class Product:
    """A product on this machine: its data folder, its ports and the settings of its processes."""

    data: Path
    port: int
    admin_key: str
    settings: Mapping[str, str] = field(default_factory=dict)
    ports: Mapping[str, Ports] = field(default_factory=_ports)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def jobs(self, command: str) -> list[Role]:
        """Return for each service the role of a process that runs `command` once and ends.

        The command is one of `shared/commands.py`, such as "migrate".
        """
        return [self._role(name, command, command) for name in SERVICES]

    def processes(self) -> list[Role]:
        """Return the roles of the API and the worker of every service."""
        apis = [self._role(name, "api", "serve") for name in SERVICES]
        return [*apis, *(self._role(name, "worker", "work") for name in SERVICES)]

    def probes(self) -> list[int]:
        """Return the ports on which the processes answer /readyz."""
        return [port for ports in self.ports.values() for port in (ports.operations, ports.worker)]

    def on_the_terminal(self, name: str, run: Callable[[], None]) -> Role:
        """Return a role that runs a function whose output goes to the terminal, not to a log."""
        return Role(name=name, run=run, environment=self.environment(), log=None)

    def environment(self) -> dict[str, str]:
        """Return the environment of the processes: ports, data folder, admin key and `settings`.

        The variables that name a database, Kafka or a public key are empty unless `settings` has
        them: a process must not use the servers that the environment of this process names.
        """
        cleared = {
            f"{prefix}_{name}": ""
            for prefix in ("PATRON", *map(str.upper, SERVICES))
            for name in _SETTINGS_NOT_INHERITED
        }
        ports_and_urls: dict[str, str] = {}
        for service in SERVICES:
            ports_and_urls |= self._ports_and_urls(service)
        common = {"PATRON_DATA": str(self.data), "GATEWAY_ADMIN_KEY": self.admin_key}
        return cleared | ports_and_urls | common | dict(self.settings)

    def _ports_and_urls(self, service: str) -> dict[str, str]:
        """Return the settings for a service's ports and, unless it is the gateway, its URL."""
        ports, prefix = self.ports[service], service.upper()
        probes = {
            f"{prefix}_OPERATIONS_PORT": str(ports.operations),
            f"{prefix}_WORKER_OPERATIONS_PORT": str(ports.worker),
        }
        if service == "gateway":
            return probes | {"GATEWAY_PORT": str(self.port)}
        api = {f"{prefix}_PORT": str(ports.api), f"{prefix}_HOST": "127.0.0.1"}
        return probes | api | {f"GATEWAY_{prefix}_URL": f"http://127.0.0.1:{ports.api}"}

    def _role(self, service: str, suffix: str, command: str) -> Role:
        """Return the role that runs a command of a service, such as "registry-worker"."""
        return Role(
            name=f"{service}-{suffix}",
            run=partial(run_command, service, command),
            environment=self.environment(),
            log=self.data / "logs" / f"{service}-{suffix}.log",
        )


def run_command(name: str, command: str) -> None:
    """Run one command of the service `name` in this process, with the process's settings."""
    main(_import_service(name), [command])


def import_all() -> None:
    """Import every service before forking, so that children share the memory of the modules.

    gc.freeze makes the garbage collector leave the shared memory unchanged.
    """
    for name in SERVICES:
        _import_service(name)
    gc.collect()
    gc.freeze()


def _import_service(name: str) -> Service:
    service: Service = import_module(f"services.{name}.__main__").SERVICE
    return service


def data_folder(part: str = "") -> Path:
    """Return the subfolder named `part` of $PATRON_DATA (by default ./var).

    If `part` is empty, return the folder itself.
    """
    return Path(os.environ.get("PATRON_DATA") or "var").resolve() / part
