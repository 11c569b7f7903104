"""Start a product on a new, empty file system, on the embedded or the real stack."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import httpx

from deploy.local.kafka import Kafka
from deploy.local.ports import free_port
from deploy.local.postgres import Postgres
from deploy.local.roles import create_roles
from tests.faults.disk import Disk
from tests.faults.embedded import Embedded
from tests.faults.environment import FAST_SETTLING, Environment
from tests.faults.real import Real
from tests.system.product import ADMIN_KEY, AUTHORIZED, START_SECONDS, Running, eventually, launch

MEGABYTES = 2048


@contextmanager
def started(stack: str, folder: Path) -> Iterator[Environment]:
    """Start a product; its logs stay in `folder`, its data is deleted after the block."""
    shutil.rmtree(folder, ignore_errors=True)  # from an earlier campaign
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="patron-faults-") as data:
        disk = Disk.mounted(Path(data), MEGABYTES)
        try:
            with (embedded if stack == "embedded" else real)(disk, folder) as environment:
                yield environment
        finally:
            disk.unmount()


@contextmanager
def embedded(disk: Disk, folder: Path) -> Iterator[Environment]:
    """Start the product with SQLite files on the disk."""
    with _started("run", disk.folder, folder, {}) as product:
        yield Environment("embedded", product, Embedded(product.data), disk, folder)


@contextmanager
def real(disk: Disk, folder: Path) -> Iterator[Environment]:
    """Start PostgreSQL, Kafka and the product on the disk; the campaign may end the servers."""
    with Postgres(disk.folder / "postgres") as postgres, Kafka(disk.folder / "kafka") as kafka:
        servers = {"PATRON_DATABASE_URL": postgres.url, "PATRON_KAFKA_BOOTSTRAP": kafka.bootstrap}
        infrastructure = Real(postgres, kafka, disk.folder / "real", create_roles(postgres.url))
        with _started("real", disk.folder, folder, servers) as product, closing(infrastructure):
            running = replace(product, broker=kafka, database_url=postgres.url)
            yield Environment("real", running, infrastructure, disk, folder)


@contextmanager
def _started(command: str, data: Path, folder: Path, servers: dict[str, str]) -> Iterator[Running]:
    """Start the product; its logs are in `folder`, because a fault fills the disk of the data."""
    _link_logs(data / ("real" if command == "real" else ""), folder)
    port = free_port()
    url, printed = f"http://127.0.0.1:{port}", folder / "printed.txt"
    printed.unlink(missing_ok=True)
    settings = {"PATRON_DATA": str(data), "PATRON_PORT": str(port), "PATRON_ADMIN_KEY": ADMIN_KEY}
    with (
        launch(command, printed, FAST_SETTLING | settings | servers) as process,
        httpx.Client(base_url=url, headers=AUTHORIZED, timeout=30) as client,
    ):
        eventually(lambda: _is_ready(process.poll(), printed), seconds=START_SECONDS)
        yield Running(process, url, data, printed, client)


def _is_ready(status: int | None, printed: Path) -> bool:
    assert status is None, printed.read_text()
    return "ready: " in printed.read_text()


def _link_logs(data: Path, folder: Path) -> None:
    """Link the product's `logs` to a folder that stays after the campaign."""
    logs = folder / "logs"
    logs.mkdir(exist_ok=True)
    data.mkdir(exist_ok=True)
    (data / "logs").symlink_to(logs.absolute())
