"""The product's processes on one machine: which roles there are, and what each is told."""

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

_LOCAL_TO_A_RUN = ("DATABASE_URL", "KAFKA_BOOTSTRAP", "IDENTITY_PUBLIC_KEY_FILE")


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the API of one service, its probes and those of its worker are."""

    api: int
    operations: int
    worker: int


def _ports() -> dict[str, Ports]:
    """Take free ports, and for probes those that the environment names."""
    free = iter(free_ports(3 * len(SERVICES)))
    return {name: _ports_of(name.upper(), free) for name in SERVICES}


def _ports_of(prefix: str, free: Iterator[int]) -> Ports:
    return Ports(
        api=next(free),
        operations=told_port(f"{prefix}_OPERATIONS_PORT", otherwise=next(free)),
        worker=told_port(f"{prefix}_WORKER_OPERATIONS_PORT", otherwise=next(free)),
    )


def told_port(variable: str, *, otherwise: int) -> int:
    """Give the port that a variable names, or another for none or 0; SystemExit if it is none."""
    told = os.environ.get(variable) or "0"
    if not (told.isdecimal() and int(told) < 2**16):
        raise SystemExit(f"{variable}: Input should be a port, at most 65535.")
    return int(told) or otherwise


@dataclass(frozen=True, kw_only=True)
class Product:
    """One product: its data, its public port, and what else its processes are told."""

    data: Path
    port: int
    admin_key: str
    told: Mapping[str, str] = field(default_factory=dict)
    ports: Mapping[str, Ports] = field(default_factory=_ports)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def jobs(self, command: str) -> list[Role]:
        """Give a role per service that runs one of its commands and ends."""
        return [self._role(name, command, command) for name in SERVICES]

    def processes(self) -> list[Role]:
        """Give the API and the worker of every service."""
        doors = [self._role(name, "api", "serve") for name in SERVICES]
        return [*doors, *(self._role(name, "worker", "work") for name in SERVICES)]

    def probes(self) -> list[int]:
        """Give the ports on which every process tells whether it is ready."""
        return [port for one in self.ports.values() for port in (one.operations, one.worker)]

    def on_the_terminal(self, name: str, run: Callable[[], None]) -> Role:
        """Give a role of somebody else's that speaks to the user."""
        return Role(name=name, run=run, environment=self.environment(), log=None)

    def environment(self) -> dict[str, str]:
        """Give what the processes are told; nothing that was meant for another run gets in."""
        cleared = {
            f"{prefix}_{name}": ""
            for prefix in ("PATRON", *map(str.upper, SERVICES))
            for name in _LOCAL_TO_A_RUN
        }
        places: dict[str, str] = {}
        for service in SERVICES:
            places |= self._places(service)
        own = {"PATRON_DATA": str(self.data), "GATEWAY_ADMIN_KEY": self.admin_key}
        return cleared | places | own | dict(self.told)

    def _places(self, service: str) -> dict[str, str]:
        ports, prefix = self.ports[service], service.upper()
        told = {
            f"{prefix}_OPERATIONS_PORT": str(ports.operations),
            f"{prefix}_WORKER_OPERATIONS_PORT": str(ports.worker),
        }
        if service == "gateway":
            return told | {"GATEWAY_PORT": str(self.port)}
        inside = {f"{prefix}_PORT": str(ports.api), f"{prefix}_HOST": "127.0.0.1"}
        return told | inside | {f"GATEWAY_{prefix}_URL": f"http://127.0.0.1:{ports.api}"}

    def _role(self, name: str, role: str, command: str) -> Role:
        return Role(
            name=f"{name}-{role}",
            run=partial(run_command, name, command),
            environment=self.environment(),
            log=self.data / "logs" / f"{name}-{role}.log",
        )


def run_command(name: str, command: str) -> None:
    """Run one command of a service in this process, with the settings of its environment."""
    main(_described(name), [command])


def import_all() -> None:
    """Import every service once, so that children have it all and share its memory."""
    for name in SERVICES:
        _described(name)
    gc.collect()
    gc.freeze()


def _described(name: str) -> Service:
    service: Service = import_module(f"services.{name}.__main__").SERVICE
    return service


def data_folder(part: str = "") -> Path:
    """Give $PATRON_DATA, or ./var, or a part of it."""
    return Path(os.environ.get("PATRON_DATA") or "var").resolve() / part
