"""The product's processes on one machine: their roles, ports and settings."""

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

_OF_ONE_RUN = ("DATABASE_URL", "KAFKA_BOOTSTRAP", "IDENTITY_PUBLIC_KEY_FILE")


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of one service: its API, the API's probes and the worker's probes."""

    api: int
    operations: int
    worker: int


def _ports() -> dict[str, Ports]:
    """Return free ports for every service; those of probes may be set in the environment."""
    free = iter(free_ports(3 * len(SERVICES)))
    return {name: _ports_of(name.upper(), free) for name in SERVICES}


def _ports_of(prefix: str, free: Iterator[int]) -> Ports:
    return Ports(
        api=next(free),
        operations=port_from_environment(f"{prefix}_OPERATIONS_PORT", otherwise=next(free)),
        worker=port_from_environment(f"{prefix}_WORKER_OPERATIONS_PORT", otherwise=next(free)),
    )


def port_from_environment(variable: str, *, otherwise: int) -> int:
    """Return the port in a variable, `otherwise` if it is unset or 0.

    Raises SystemExit with a message if the variable is no port.
    """
    text = os.environ.get(variable) or "0"
    if not (text.isdecimal() and int(text) < 2**16):
        raise SystemExit(f"{variable}: Input should be a port, at most 65535.")
    return int(text) or otherwise


@dataclass(frozen=True, kw_only=True)
class Product:
    """One product: its data folder, its public port, and further settings of its processes."""

    data: Path
    port: int
    admin_key: str
    settings: Mapping[str, str] = field(default_factory=dict)
    ports: Mapping[str, Ports] = field(default_factory=_ports)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def jobs(self, command: str) -> list[Role]:
        """Return a role per service that runs one of its commands and ends."""
        return [self._role(name, command, command) for name in SERVICES]

    def processes(self) -> list[Role]:
        """Return the roles of the API and the worker of every service."""
        apis = [self._role(name, "api", "serve") for name in SERVICES]
        return [*apis, *(self._role(name, "worker", "work") for name in SERVICES)]

    def probes(self) -> list[int]:
        """Return the ports on which the processes answer /readyz."""
        return [port for one in self.ports.values() for port in (one.operations, one.worker)]

    def on_the_terminal(self, name: str, run: Callable[[], None]) -> Role:
        """Return a role that runs `run` and prints to the terminal instead of a log."""
        return Role(name=name, run=run, environment=self.environment(), log=None)

    def environment(self) -> dict[str, str]:
        """Return the environment of the processes; settings of another run are cleared in it."""
        cleared = {
            f"{prefix}_{name}": ""
            for prefix in ("PATRON", *map(str.upper, SERVICES))
            for name in _OF_ONE_RUN
        }
        addresses: dict[str, str] = {}
        for service in SERVICES:
            addresses |= self._addresses(service)
        own = {"PATRON_DATA": str(self.data), "GATEWAY_ADMIN_KEY": self.admin_key}
        return cleared | addresses | own | dict(self.settings)

    def _addresses(self, service: str) -> dict[str, str]:
        """Return the settings with one service's ports; the gateway's URL of it included."""
        ports, prefix = self.ports[service], service.upper()
        probes = {
            f"{prefix}_OPERATIONS_PORT": str(ports.operations),
            f"{prefix}_WORKER_OPERATIONS_PORT": str(ports.worker),
        }
        if service == "gateway":
            return probes | {"GATEWAY_PORT": str(self.port)}
        inside = {f"{prefix}_PORT": str(ports.api), f"{prefix}_HOST": "127.0.0.1"}
        return probes | inside | {f"GATEWAY_{prefix}_URL": f"http://127.0.0.1:{ports.api}"}

    def _role(self, name: str, role: str, command: str) -> Role:
        return Role(
            name=f"{name}-{role}",
            run=partial(run_command, name, command),
            environment=self.environment(),
            log=self.data / "logs" / f"{name}-{role}.log",
        )


def run_command(name: str, command: str) -> None:
    """Run one command of a service in this process, with the settings of its environment."""
    main(_service(name), [command])


def import_all() -> None:
    """Import every service, so that forked children need not and share the memory of it."""
    for name in SERVICES:
        _service(name)
    gc.collect()
    gc.freeze()


def _service(name: str) -> Service:
    service: Service = import_module(f"services.{name}.__main__").SERVICE
    return service


def data_folder(part: str = "") -> Path:
    """Return $PATRON_DATA, by default ./var, or the subfolder `part` of it."""
    return Path(os.environ.get("PATRON_DATA") or "var").resolve() / part
