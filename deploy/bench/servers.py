"""The real servers below a benchmark: fresh, temporary, fsync on."""

from deploy.bench.online_retail import CURRENCY
from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from deploy.local.roles import create_roles


class FreshServers:
    """PostgreSQL and Apache Kafka as a plan of deploy.local.run wants them."""

    def __init__(self) -> None:
        self.postgres = Postgres()
        self.kafka = Kafka()

    def start(self) -> dict[str, str]:
        """Start both and give the services' settings; the data set's currency is the company's."""
        self.postgres.start()
        self.kafka.start()
        roles = create_roles(self.postgres.url)
        urls = {f"{service.upper()}_DATABASE_URL": url for service, url in roles.items()}
        told = {"PATRON_KAFKA_BOOTSTRAP": self.kafka.bootstrap, "PATRON_CURRENCY": CURRENCY}
        return urls | told

    def look_after(self) -> None:
        """Let a server that died fail the benchmark."""

    def close(self) -> None:
        """Stop both and remove their data."""
        self.kafka.close()
        self.postgres.close()
