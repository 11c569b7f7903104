"""The metrics of the outbox: how many events are not published yet, and the age of the oldest.

The api process of a service reads them from the database whenever Prometheus asks. They are
therefore true whatever the workers do, also if none runs, and a worker exports none of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock, Thread

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from shared import clock
from shared.database import Database
from shared.models import Outbox

MAX_DEPTH = 100_000
"""More unpublished events are not counted."""
_WAIT_SECONDS = 3.0
"""A database that hangs must not delay the other metrics, such as those of requests."""

_UNPUBLISHED = Outbox.published_at.is_(None)


@dataclass(frozen=True, slots=True)
class Backlog:
    """The unpublished events: their number, `MAX_DEPTH` at most, and the age of the oldest."""

    depth: int
    age_seconds: float


def read_backlog(connection: Connection) -> Backlog:
    """Return the unpublished events of the outbox; without any, both figures are 0."""
    unpublished = select(Outbox.id).where(_UNPUBLISHED).limit(MAX_DEPTH).subquery()
    depth = connection.execute(select(func.count()).select_from(unpublished)).scalar_one()
    oldest = select(Outbox.recorded_at).where(_UNPUBLISHED).order_by(Outbox.id).limit(1)
    recorded_at = connection.execute(oldest).scalar()
    age = (clock.now() - recorded_at).total_seconds() if recorded_at else 0
    return Backlog(depth, max(0.0, age))


class _Measurement(Thread):
    """A thread that reads the backlog once; without an answer of the database, `result` is None."""

    def __init__(self, database: Database) -> None:
        super().__init__(name="backlog", daemon=True)
        self._database = database
        self.result: Backlog | None = None

    def run(self) -> None:
        try:
            with self._database.connection() as connection:
                self.result = read_backlog(connection)
        except SQLAlchemyError:
            self.result = None


class BacklogMetrics(Collector):
    """The collector of the two metrics; it exports none while the database does not answer."""

    def __init__(self, database: Database, *, service: str) -> None:
        self._database = database
        self._service = service
        self._lock = Lock()
        self._measurement: _Measurement | None = None

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Yield the metrics without values, so that registering them needs no database."""
        yield from _families().values()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the metrics with the figures of this moment."""
        families, backlog = _families(), self._measure()
        if backlog:
            families["age"].add_metric([self._service], backlog.age_seconds)
            families["depth"].add_metric([self._service], backlog.depth)
        yield from families.values()

    def _measure(self) -> Backlog | None:
        """Return the backlog; None if the database does not answer in time.

        While a measurement waits for the database, no further one is started.
        """
        with self._lock:
            measurement = self._measurement
            if measurement is None or not measurement.is_alive():
                self._measurement = measurement = _Measurement(self._database)
                measurement.start()
        measurement.join(_WAIT_SECONDS)
        return measurement.result


def _families() -> dict[str, GaugeMetricFamily]:
    """Return the two metrics without values."""
    return {
        "age": GaugeMetricFamily(
            "patron_outbox_age_seconds", "Age of the oldest unpublished event.", labels=["service"]
        ),
        "depth": GaugeMetricFamily(
            "patron_outbox_depth",
            f"Number of unpublished events, {MAX_DEPTH} at most.",
            labels=["service"],
        ),
    }
