"""Tests that docker-compose.yml fits the code: commands, ports, and names of settings."""

import importlib
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.local.roles import SERVICES
from shared.commands import commands_of
from shared.settings import ServiceSettings

ROOT = Path(__file__).parents[3]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
CONTAINERS: dict[str, Any] = COMPOSE["services"]
PROCESSES = {"": "serve", "-worker": "work", "-migrate": "migrate", "-topics": "topics"}
SECRETS = re.findall(r"^(\w+)=$", (ROOT / ".env.example").read_text(), re.MULTILINE)


def image_environment() -> dict[str, str]:
    """Return the settings that the image itself contains."""
    text = (ROOT / "deploy/Dockerfile").read_text()
    return dict(re.findall(r"\b(PATRON_\w+)=(\S+)", text))


def interpolated(value: str) -> str:
    """Replace `${NAME:-default}` by the default and `${NAME:?message}` by an invented secret."""
    value = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)
    return re.sub(r"\$\{(\w+):\?[^}]*\}", lambda name: f"secret-{name[1].lower()}", value)


def settings_in(container: str, service: str, monkeypatch: pytest.MonkeyPatch) -> ServiceSettings:
    given = {**image_environment(), **CONTAINERS[container]["environment"]}
    for name, value in given.items():
        monkeypatch.setenv(name, interpolated(str(value)))
    settings = importlib.import_module(f"services.{service}.settings").Settings()
    assert isinstance(settings, ServiceSettings)
    return settings


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_its_four_processes_with_commands_that_exist(service: str) -> None:
    known = commands_of(importlib.import_module(f"services.{service}.__main__").SERVICE)
    for suffix, command in PROCESSES.items():
        container = CONTAINERS[service + suffix]
        assert container["command"] == [command]
        assert command in known
        assert container["build"]["args"] == {"SERVICE": service}
        assert (ROOT / "services" / service / "__main__.py").exists()


@pytest.mark.parametrize("service", SERVICES)
def test_every_name_in_the_environment_is_a_setting(service: str) -> None:
    settings = importlib.import_module(f"services.{service}.settings").Settings
    prefix = re.compile(f"^(PATRON|{service.upper()})_")
    for suffix in PROCESSES:
        for name in (*CONTAINERS[service + suffix]["environment"], *image_environment()):
            assert prefix.match(name), name
            assert prefix.sub("", name).lower() in settings.model_fields


@pytest.mark.parametrize("service", SERVICES)
def test_the_settings_read_from_it_point_at_the_other_containers(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for suffix in PROCESSES:
        settings = settings_in(service + suffix, service, monkeypatch)
        password = f"secret-{service}_database_password"
        url = f"postgresql+psycopg://{service}:{password}@postgres:5432/patron"
        assert settings.database == url
        assert settings.kafka_bootstrap == "kafka:9092"
        assert settings.host == "0.0.0.0"  # noqa: S104 - inside the container's own network
        assert (settings.port, settings.operations_port) == (8000, 9000)
        assert settings.worker_operations_port == 9000
        assert settings.identity_public_key == Path("/var/lib/patron-identity/identity.pub")


def test_the_gateway_finds_each_service_at_the_port_that_it_serves() -> None:
    environment = CONTAINERS["gateway"]["environment"]
    for service in SERVICES[:3]:
        assert environment[f"GATEWAY_{service.upper()}_URL"] == f"http://{service}:8000"


def test_only_the_gateway_and_the_broker_are_published_and_only_to_this_machine() -> None:
    published = {name: c["ports"] for name, c in CONTAINERS.items() if "ports" in c}
    assert set(published) == {"gateway", "kafka"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)


def test_nothing_starts_while_a_secret_is_empty() -> None:
    """No secret has a default, and .env.example lists every secret that is needed."""
    text = (ROOT / "docker-compose.yml").read_text()
    assert set(re.findall(r"\$\{(\w+):\?", text)) == set(SECRETS)
    assert not re.findall(r"\$\{(\w*(?:PASSWORD|KEY|SECRET)\w*)(?:\}|:-)", text)


def test_an_api_waits_for_its_schema_but_never_for_the_broker() -> None:
    """P6: HTTP is served while Kafka is down, even if a service is started then."""
    for service in SERVICES:
        waits = CONTAINERS[service]["depends_on"]
        assert waits[f"{service}-migrate"]["condition"] == "service_completed_successfully"
        assert not {"kafka", f"{service}-topics"} & reachable(service)
        waits = CONTAINERS[f"{service}-worker"]["depends_on"]
        assert set(waits) == {f"{service}-migrate", f"{service}-topics"}


def reachable(container: str) -> set[str]:
    """Return every container that has to run before this one starts, directly or indirectly."""
    waits = set(CONTAINERS[container].get("depends_on", ()))
    return waits.union(*(reachable(one) for one in waits))


def test_every_container_has_limits_and_every_lasting_one_a_health_check() -> None:
    for name, container in CONTAINERS.items():
        assert set(container["deploy"]["resources"]["limits"]) == {"cpus", "memory"}
        checked_in_image = "build" in container and "healthcheck" not in container
        once = name.endswith(("-migrate", "-topics"))
        assert once or checked_in_image or "test" in container["healthcheck"]
        assert container["restart"] == ("on-failure" if once else "unless-stopped")
