"""The types of settings that are addresses; an address that cannot be meant is refused.

No message repeats the address, as it may contain a password.
"""

import re
from ipaddress import ip_address, ip_network
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

_NAME: Final = r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?"
_BROKER: Final = re.compile(rf"({_NAME}|\[[0-9A-Fa-f:.]+\]):([0-9]{{1,5}})")
_DIALECTS: Final = ("postgresql+psycopg", "postgresql", "sqlite")
"""`postgresql` stands for `postgresql+psycopg`."""
_POSTGRESQL: Final = "postgresql+psycopg://user:password@host:5432/database"
_SQLITE: Final = "sqlite:////var/lib/patron/registry.db"


def check_brokers(text: str) -> str:
    """Return a list of host:port, separated by commas, without blanks; refuse anything else."""
    brokers = [broker.strip() for broker in text.split(",")]
    for number, broker in enumerate(brokers, 1):
        found = _BROKER.fullmatch(broker)
        if found is None or not _is_port(int(found[found.lastindex or 0])):
            raise ValueError(
                f"number {number} is not host:port; write kafka:9092, or several separated by "
                "commas, without a scheme"
            )
    return ",".join(brokers)


def check_database(text: str) -> str:
    """Return the URL of a database of PostgreSQL or of a file of SQLite; refuse any other one."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError(f"it is no URL of a database; write {_POSTGRESQL} or {_SQLITE}") from None
    if url.drivername not in _DIALECTS:
        raise ValueError(
            "only PostgreSQL with psycopg and SQLite are supported; write "
            f"{_POSTGRESQL} or {_SQLITE}"
        )
    if not _names_a_database(url):
        raise ValueError(f"it names no database; write {_POSTGRESQL} or {_SQLITE}")
    return text


def _names_a_database(url: URL) -> bool:
    """Return whether a URL names a database; that of SQLite in memory is lost at once."""
    return bool(url.database) and url.database != ":memory:"


def check_upstream(text: str) -> str:
    """Return the address of a service; refuse what is not http or https with a host."""
    try:
        parts = urlsplit(text)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname)
        is_port = parts.port is None or _is_port(parts.port)
    except ValueError:
        is_address = is_port = False
    if not (is_address and is_port) or parts.query or parts.fragment or parts.username:
        raise ValueError("it is no address of a service; write http://host:port")
    return text


def check_networks(text: str) -> str:
    """Return addresses and networks that are separated by commas, or `*`; refuse anything else."""
    if text.strip() == "*":
        return "*"
    networks = [network.strip() for network in text.split(",")]
    for number, network in enumerate(networks, 1):
        try:
            ip_network(network)
        except ValueError:
            raise ValueError(
                f"number {number} is neither an IP address nor a network; write 10.0.0.5 or "
                "10.0.0.0/8"
            ) from None
    return ",".join(networks)


def check_host(text: str) -> str:
    """Return an address or name of this machine to listen on; refuse one with a port or scheme."""
    if not re.fullmatch(_NAME, text):
        try:
            ip_address(text)
        except ValueError:
            raise ValueError(
                "it is neither an IP address nor a host name; the port is a setting of its own"
            ) from None
    return text


def _is_port(number: int) -> bool:
    """Return whether a number is a port that a server can have."""
    return 0 < number < 2**16


Brokers = Annotated[str, AfterValidator(check_brokers)]
DatabaseUrl = Annotated[str, AfterValidator(check_database)]
Upstream = Annotated[str, AfterValidator(check_upstream)]
Networks = Annotated[str, AfterValidator(check_networks)]
Host = Annotated[str, AfterValidator(check_host)]
