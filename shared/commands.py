"""The commands of a service: `python -m services.<name> {serve|work|migrate|topics|...}`."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypeAlias

from shared import logging, migrations, reconciliation, redriving, republishing
from shared.database import Database
from shared.failures import one_sentence
from shared.messaging import replay as replaying
from shared.messaging import topics as kafka_topics
from shared.messaging.log.choice import open_log
from shared.service import Service
from shared.settings import ServiceSettings
from shared.version import version

Command: TypeAlias = Callable[..., None]


def migrate(service: Service, settings: ServiceSettings, *, dry_run: bool) -> None:
    """Migrate the schema to its newest version."""
    database = Database.from_settings(settings)
    if dry_run:
        for version in migrations.pending(database, service.migrations):
            _print(version)
    else:
        migrations.upgrade(database, service.migrations)
    database.close()


def topics(_service: Service, settings: ServiceSettings, *, dry_run: bool) -> None:
    """Create the topics that this service writes to, and configure existing ones.

    With --dry-run the exit status is 1 if a topic is missing or lacks a setting, otherwise 0.
    """
    if settings.kafka_bootstrap is None:
        sys.stderr.write("The embedded log needs no topics: PATRON_KAFKA_BOOTSTRAP is not set.\n")
    elif dry_run:
        plans = list(kafka_topics.plan(settings))
        for plan in plans:
            _print(asdict(plan))
        sys.exit(any(plan.would_set for plan in plans))
    else:
        kafka_topics.create(settings)


def redrive(service: Service, settings: ServiceSettings, **options: Any) -> None:
    """Try once more to apply the dead letters: events that this service could not apply.

    Each letter that fails again is printed as a line of JSON.
    """
    sys.exit(redriving.run(service, settings, redriving.Options(**options)))


def replay(service: Service, settings: ServiceSettings, *, dry_run: bool) -> None:
    """Apply once more all events in the topics that this service consumes."""
    event_log, handlers = open_log(settings), service.handlers(settings)
    if dry_run:
        for topic, records in replaying.count_records(event_log, handlers=handlers):
            _print({"topic": topic, "records": records})
    else:
        database = Database.from_settings(settings)
        progress = replaying.replay(database, event_log, service=settings.name, handlers=handlers)
        for topic, records in progress:
            _print({"topic": topic, "records": records})
        database.close()
    event_log.close()


def digest(service: Service, settings: ServiceSettings, **options: Any) -> None:
    """Print counts and digests of the records of this service, for `reconcile` of another one."""
    reconciliation.print_digests(settings, service.digests, **options)


def reconcile(service: Service, settings: ServiceSettings, **options: Any) -> None:
    """Compare this service's copies with the digests of another service; exit with 1 if any differ.

    Let the consumer lag become 0 first. Nothing is changed.
    """
    reconciliation.reconcile(settings, service.digests, **options)


def openapi(service: Service, settings: ServiceSettings) -> None:
    """Print the OpenAPI document of this service."""
    document = service.create_app(settings).openapi()
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=1) + "\n")


_COMMANDS_WITH_DRY_RUN: Mapping[str, Command] = {
    "migrate": migrate,
    "topics": topics,
    "redrive": redrive,
    "replay": replay,
    "restored": republishing.restored,
    "snapshot": republishing.snapshot,
}
_OPTIONS: Mapping[str, Callable[[argparse.ArgumentParser], None]] = {
    "redrive": redriving.add_options,
    "restored": republishing.add_restored_options,
    "snapshot": republishing.add_snapshot_options,
    "digest": reconciliation.add_digest_options,
    "reconcile": reconciliation.add_reconcile_options,
}
"""Functions that add the further options of a command to its parser."""


def main(service: Service, arguments: Sequence[str] | None = None) -> None:
    """Run the command of a service that the command line names; `arguments` replaces sys.argv."""
    settings = service.settings.read()
    parser = argparse.ArgumentParser(prog=f"python -m services.{service.settings.name}")
    parser.add_argument("--version", action="version", version=f"patron {version()}")
    subparsers = parser.add_subparsers(dest="command", required=True)
    commands = commands_of(service)
    for name, command in commands.items():
        subparser = subparsers.add_parser(name, help=command.__doc__, description=command.__doc__)
        if name in _COMMANDS_WITH_DRY_RUN:
            subparser.add_argument(
                "--dry-run", action="store_true", help="Only print what would be done."
            )
        if name in _OPTIONS:
            _OPTIONS[name](subparser)
    options = vars(parser.parse_args(arguments))
    name = options.pop("command")
    if name not in {"serve", "work"}:
        _log_to_standard_error(settings, name)
    with one_sentence(settings):
        commands[name](settings, **options)


def _log_to_standard_error(settings: ServiceSettings, command: str) -> None:
    """Let standard output have nothing but the result of the command."""
    logging.configure(
        service=settings.name, role=command, level=settings.log_level, output=sys.stderr
    )


def commands_of(service: Service) -> dict[str, Command]:
    """Return every command of a service by name; a command takes the settings and its options."""
    compared = {"digest": digest, "reconcile": reconcile} if service.digests else {}
    common = {**_COMMANDS_WITH_DRY_RUN, **compared, "openapi": openapi}
    bound = {name: _bind(command, service) for name, command in common.items()}
    return {"serve": service.serve, "work": service.work, **bound, **service.commands}


def _bind(command: Command, service: Service) -> Command:
    """Return a function that runs the command for this service, with the same docstring."""

    def run(settings: ServiceSettings, **options: Any) -> None:
        command(service, settings, **options)

    run.__doc__ = command.__doc__
    return run


def _print(value: Any) -> None:
    """Print a value as a line of JSON."""
    sys.stdout.write(json.dumps(value) + "\n")
