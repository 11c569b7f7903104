"""Tests that docker-compose.yml matches the code: commands, ports, and names of settings."""

import importlib
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.local.roles import SERVICES
from shared.commands import commands_of
from shared.environment import unknown_variables
from shared.settings import ServiceSettings

ROOT = Path(__file__).parents[3]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
CONTAINERS: dict[str, Any] = COMPOSE["services"]
COMMANDS_BY_SUFFIX = {"": "serve", "-worker": "work", "-migrate": "migrate", "-topics": "topics"}
SECRETS = re.findall(r"^(\w+)=$", (ROOT / ".env.example").read_text(), re.MULTILINE)


def image_environment() -> dict[str, str]:
    """Return the PATRON_ variables that the Dockerfile sets."""
    text = (ROOT / "deploy/Dockerfile").read_text()
    return dict(re.findall(r"\b(PATRON_\w+)=(\S+)", text))


def interpolate(value: str) -> str:
    """Replace `${NAME:-default}` with the default, and `${NAME:?message}` with "top-secret-name".

    `${NAME:+value}` is empty, as the variable NAME is not set.
    """
    value = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)
    value = re.sub(r"\$\{\w+:\+[^}]*\}", "", value)
    return re.sub(r"\$\{(\w+):\?[^}]*\}", lambda name: f"top-secret-{name[1].lower()}", value)


def settings_in(container: str, service: str, monkeypatch: pytest.MonkeyPatch) -> ServiceSettings:
    """Return the settings that a service reads from the environment of a container."""
    environment = {**image_environment(), **CONTAINERS[container]["environment"]}
    for name, value in environment.items():
        monkeypatch.setenv(name, interpolate(str(value)))
    settings = importlib.import_module(f"services.{service}.settings").Settings()
    assert isinstance(settings, ServiceSettings)
    return settings


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_its_four_processes_with_commands_that_exist(service: str) -> None:
    known = commands_of(importlib.import_module(f"services.{service}.__main__").SERVICE)
    for suffix, command in COMMANDS_BY_SUFFIX.items():
        container = CONTAINERS[service + suffix]
        assert container["command"] == [command]
        assert command in known
        assert container["build"]["args"]["SERVICE"] == service
        assert (ROOT / "services" / service / "__main__.py").exists()


@pytest.mark.parametrize("service", SERVICES)
def test_every_variable_of_a_container_is_a_setting_of_its_service(service: str) -> None:
    settings = importlib.import_module(f"services.{service}.settings").Settings
    prefix = re.compile(f"^(PATRON|{service.upper()})_")
    for suffix in COMMANDS_BY_SUFFIX:
        for name in (*CONTAINERS[service + suffix]["environment"], *image_environment()):
            assert prefix.match(name), name
            assert prefix.sub("", name).lower() in settings.model_fields


def test_no_service_refuses_the_variables_of_the_compose_file() -> None:
    """The variables of `.env` may be exported where other commands of Patron run."""
    text = (ROOT / "docker-compose.yml").read_text() + (ROOT / ".env.example").read_text()
    names = {*re.findall(r"\$\{(\w+)", text), *re.findall(r"^#?(\w+)=", text, re.MULTILINE)}
    environment = dict.fromkeys(names, "value")
    assert "PATRON_ADMIN_KEY" in environment
    assert list(unknown_variables(environment, ())) == []


@pytest.mark.parametrize("service", SERVICES)
def test_the_settings_of_each_container_point_at_the_other_containers(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for suffix in COMMANDS_BY_SUFFIX:
        settings = settings_in(service + suffix, service, monkeypatch)
        password = f"top-secret-{service}_database_password"
        url = f"postgresql+psycopg://{service}:{password}@postgres:5432/patron"
        assert settings.database == url
        assert settings.kafka_bootstrap == "kafka:9092"
        assert settings.host == "0.0.0.0"  # noqa: S104 - inside the container's own network
        assert (settings.port, settings.operations_port) == (8000, 9000)
        assert settings.worker_operations_port == 9000
        assert settings.identity_public_key == Path("/var/lib/patron-identity/identity.pub")


def test_the_gateway_calls_each_service_at_its_host_name_and_port() -> None:
    environment = CONTAINERS["gateway"]["environment"]
    for service in SERVICES[:3]:
        assert environment[f"GATEWAY_{service.upper()}_URL"] == f"http://{service}:8000"


def test_only_the_gateway_and_kafka_publish_ports_and_only_to_this_machine() -> None:
    published = {
        name: container["ports"] for name, container in CONTAINERS.items() if "ports" in container
    }
    assert set(published) == {"gateway", "kafka"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)


def test_nothing_starts_while_a_secret_is_empty() -> None:
    """No secret has a default value, and .env.example lists every secret that must be set."""
    text = (ROOT / "docker-compose.yml").read_text()
    assert set(re.findall(r"\$\{(\w+):\?", text)) == set(SECRETS)
    assert not re.findall(r"\$\{(\w*(?:PASSWORD|KEY|SECRET)\w*)(?:\}|:-)", text)


def test_an_api_container_waits_for_its_migration_but_never_for_kafka() -> None:
    """APIs work while Kafka is down, even if they are started then (promise P6)."""
    for service in SERVICES:
        waits = CONTAINERS[service]["depends_on"]
        assert waits[f"{service}-migrate"]["condition"] == "service_completed_successfully"
        assert not {"kafka", f"{service}-topics"} & containers_before(service)
        waits = CONTAINERS[f"{service}-worker"]["depends_on"]
        assert set(waits) == {f"{service}-migrate", f"{service}-topics"}


def containers_before(container: str) -> set[str]:
    """Return all containers that have to run or end before this container starts."""
    waits = set(CONTAINERS[container].get("depends_on", ()))
    return waits.union(*(containers_before(other) for other in waits))


@pytest.mark.parametrize("service", SERVICES)
def test_the_tag_of_an_image_is_the_version_that_it_is_built_with(service: str) -> None:
    for suffix in COMMANDS_BY_SUFFIX:
        container = CONTAINERS[service + suffix]
        assert container["image"] == f"patron/{service}:${{PATRON_VERSION:-dev}}"
        assert container["build"]["args"]["VERSION"] == "${PATRON_VERSION:-dev}"
        assert container["build"]["args"]["REVISION"] == "${PATRON_REVISION:-unknown}"


def test_the_log_of_every_container_is_rotated_and_bounded() -> None:
    for container in CONTAINERS.values():
        assert container["logging"]["driver"] == "json-file"
        options = container["logging"]["options"]
        assert re.fullmatch(r"\d+m", options["max-size"])
        assert 1 < int(options["max-file"]) < 10


def test_every_container_has_limits_and_every_permanent_one_a_health_check() -> None:
    for name, container in CONTAINERS.items():
        assert set(container["deploy"]["resources"]["limits"]) == {"cpus", "memory"}
        checked_by_image = "build" in container and "healthcheck" not in container
        runs_once = name.endswith(("-migrate", "-topics"))
        assert runs_once or checked_by_image or "test" in container["healthcheck"]
        assert container["restart"] == ("on-failure" if runs_once else "unless-stopped")
