"""Open the stage: a product on an empty file system of its own, embedded or on real servers."""

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
from tests.faults.real import Real
from tests.faults.stage import QUICK, Stage
from tests.system.product import ADMIN_KEY, AUTHORIZED, START_SECONDS, Running, eventually, launch

MEGABYTES = 2048


@contextmanager
def opened(stack: str, folder: Path) -> Iterator[Stage]:
    """Start a product; its logs stay in `folder`, its data goes with the campaign."""
    shutil.rmtree(folder, ignore_errors=True)  # of an earlier campaign
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="patron-faults-") as place:
        disk = Disk.mounted(Path(place), MEGABYTES)
        try:
            with (embedded if stack == "embedded" else real)(disk, folder) as stage:
                yield stage
        finally:
            disk.unmount()


@contextmanager
def embedded(disk: Disk, folder: Path) -> Iterator[Stage]:
    with _started("run", disk.folder, folder, {}) as product:
        yield Stage("embedded", product, Embedded(product.data), disk, folder)


@contextmanager
def real(disk: Disk, folder: Path) -> Iterator[Stage]:
    """Start PostgreSQL and Kafka on the disk too; their ends are the campaign's to make."""
    with Postgres(disk.folder / "postgres") as postgres, Kafka(disk.folder / "kafka") as kafka:
        told = {"PATRON_DATABASE_URL": postgres.url, "PATRON_KAFKA_BOOTSTRAP": kafka.bootstrap}
        below = Real(postgres, kafka, disk.folder / "real", create_roles(postgres.url))
        with _started("real", disk.folder, folder, told) as product, closing(below):
            running = replace(product, broker=kafka, database_url=postgres.url)
            yield Stage("real", running, below, disk, folder)


@contextmanager
def _started(command: str, data: Path, folder: Path, told: dict[str, str]) -> Iterator[Running]:
    """Start the product with what it prints and logs outside of its data, which fills up."""
    _keep_logs_elsewhere(data / ("real" if command == "real" else ""), folder)
    port = free_port()
    url, printed = f"http://127.0.0.1:{port}", folder / "printed.txt"
    printed.unlink(missing_ok=True)
    own = {"PATRON_DATA": str(data), "PATRON_PORT": str(port), "PATRON_ADMIN_KEY": ADMIN_KEY}
    with (
        launch(command, printed, QUICK | own | told) as process,
        httpx.Client(base_url=url, headers=AUTHORIZED, timeout=30) as client,
    ):
        eventually(lambda: _is_ready(process.poll(), printed), seconds=START_SECONDS)
        yield Running(process, url, data, printed, client)


def _is_ready(status: int | None, printed: Path) -> bool:
    assert status is None, printed.read_text()
    return "ready: " in printed.read_text()


def _keep_logs_elsewhere(data: Path, folder: Path) -> None:
    logs = folder / "logs"
    logs.mkdir(exist_ok=True)
    data.mkdir(exist_ok=True)
    (data / "logs").symlink_to(logs.absolute())
