"""PostgreSQL and Kafka for a benchmark: empty at first, removed afterwards, with fsync on."""

from deploy.bench.online_retail import CURRENCY
from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from deploy.local.roles import create_roles
from deploy.local.run import Servers


class FreshServers(Servers):
    """PostgreSQL and Apache Kafka for one run."""

    def __init__(self) -> None:
        self.postgres = Postgres()
        self.kafka = Kafka()

    def start(self) -> dict[str, str]:
        """Start both servers and return the services' settings, with the data set's currency."""
        self.postgres.start()
        self.kafka.start()
        roles = create_roles(self.postgres.url)
        urls = {f"{service.upper()}_DATABASE_URL": url for service, url in roles.items()}
        settings = {"PATRON_KAFKA_BOOTSTRAP": self.kafka.bootstrap, "PATRON_CURRENCY": CURRENCY}
        return urls | settings

    def restart_ended(self) -> None:
        """Do nothing: a server that died makes the benchmark fail."""

    def close(self) -> None:
        """Stop both servers and remove their data."""
        self.kafka.close()
        self.postgres.close()
