"""A service: its parts, and its two processes, api and worker."""

import inspect
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any

import uvicorn
from fastapi import FastAPI
from prometheus_client import REGISTRY

from shared import logging
from shared.backlog import BacklogMetrics
from shared.contracts.catalogue import contracts_of
from shared.database import Database
from shared.housekeeping import Housekeeping
from shared.http.app import guarded
from shared.jobs.runner import LOOPS, Work, runners
from shared.loops import Loop, run_all
from shared.messaging.consumer import Consumer, Handlers
from shared.messaging.log import Log
from shared.messaging.log.choice import open_log
from shared.messaging.relay import Relay
from shared.metrics import LOOP_WAITING
from shared.probes import Probes
from shared.publications.publication import Publication
from shared.publications.runs import refuse_unfinished
from shared.reconciliation import Digest
from shared.settings import ServiceSettings
from shared.version import version

Guard = Callable[[FastAPI, Any], Any]
ExtraLoops = Callable[[Database, Any], Sequence[Loop]]
HandlersOf = Callable[[Any], Handlers]

log = logging.logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Service:
    """The parts of a service, as its `__main__` names them.

    `handlers` returns the event handlers. `works` maps the table of each kind of job to the
    function that does the work of such a job. `publications` say what the nouns publish, those of
    the upper areas first; `digests` say how records are compared with their copies. `extra_loops`
    returns further loops of the worker, `guard` wraps the ASGI app, `server` returns further
    options of uvicorn, and `commands` has the commands that only this service has.
    """

    settings: type[ServiceSettings]
    create_app: Callable[[Any], FastAPI]
    handlers: HandlersOf = lambda _settings: {}
    works: Mapping[type[Any], Work] = field(default_factory=dict)
    extra_loops: ExtraLoops = lambda _database, _settings: ()
    publications: Sequence[Publication] = ()
    digests: Sequence[Digest] = ()
    guard: Guard = guarded
    server: Callable[[Any], Mapping[str, Any]] = lambda _settings: {}
    commands: Mapping[str, Callable[[Any], None]] = field(default_factory=dict)

    @property
    def migrations(self) -> Path:
        """The folder of the service's Alembic migrations, beside the module of its settings."""
        return Path(inspect.getfile(self.settings)).parent / "migrations"

    def serve(self, settings: ServiceSettings) -> None:
        """Run the api process, which answers HTTP requests until it is stopped."""
        app = self.create_app(settings)
        logging.configure(service=settings.name, role="api", level=settings.log_level)
        database: Database = app.state.database
        if contracts_of(settings.name):
            REGISTRY.register(BacklogMetrics(database, service=settings.name))
        probes = Probes(
            settings.host,
            settings.operations_port,
            alive=lambda: True,
            ready=database.is_reachable,
        )
        log.info("process.started", version=version(), operations_port=probes.port)
        uvicorn.run(
            self.guard(app, settings),
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=int(settings.drain_seconds),
            **{"proxy_headers": False, **self.server(settings)},
        )
        probes.close()

    def work(self, settings: ServiceSettings) -> None:
        """Run the worker, which publishes and consumes events and runs jobs until it is stopped."""
        logging.configure(service=settings.name, role="worker", level=settings.log_level)
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(
                number, lambda *_: Thread(target=stop.set).start()
            )  # set() takes a lock; the interrupted main thread may have it and would wait for ever
        database = Database.from_settings(
            settings, more_connections=sum(LOOPS.values()) if self.works else 0
        )
        refuse_unfinished(database)
        event_log = open_log(settings)
        loops = self.loops(database, event_log, settings)
        for loop in loops:
            LOOP_WAITING.labels(settings.name, loop.name).set_function(
                partial(getattr, loop, "waiting_seconds")
            )
        probes = Probes(
            settings.host,
            settings.worker_operations_port,
            alive=lambda: not any(loop.is_stalled for loop in loops),
            ready=database.is_reachable,
        )
        log.info("process.started", version=version(), operations_port=probes.port)
        run_all(loops, stop, drain_seconds=settings.drain_seconds)
        probes.close()
        event_log.close()
        database.close()

    def loops(self, database: Database, event_log: Log, settings: ServiceSettings) -> list[Loop]:
        """Return the loops of the worker; a service without events or jobs needs fewer loops."""
        loops: list[Loop] = [Housekeeping(database)]
        if contracts_of(settings.name):
            loops.append(Relay(database, event_log))
        if handlers := self.handlers(settings):
            loops.append(Consumer(database, event_log, group=settings.name, handlers=handlers))
        if self.works:
            loops += runners(database, self.works)
        return [*loops, *self.extra_loops(database, settings)]
