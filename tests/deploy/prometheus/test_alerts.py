"""The alert rules: promtool runs their tests, and they watch what the processes export."""

import re
import subprocess
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.local.roles import SERVICES
from shared.contracts.catalogue import contracts_of

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "deploy" / "prometheus"
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]
TESTS = sorted(Path(__file__).parent.glob("*.yml"))


def names() -> set[str]:
    """Return the names of all alerts."""
    return {rule["alert"] for rule in RULES}


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command and return the ended process with what it printed."""
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("file", TESTS, ids=lambda file: file.stem)
def test_the_rule_tests_succeed(file: Path, program: Callable[[str], str]) -> None:
    done = run(program("promtool"), "test", "rules", file)
    assert done.returncode == 0, done.stdout + done.stderr


def test_promtool_accepts_the_sample_configuration(program: Callable[[str], str]) -> None:
    done = run(program("promtool"), "check", "config", FOLDER / "prometheus.yml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(RULES)} rules found" in done.stdout


def test_a_rule_test_that_fails_is_noticed(tmp_path: Path, program: Callable[[str], str]) -> None:
    """An alert that never fires would pass without this: the planted rule watches another name."""
    rules = (FOLDER / "alerts.yml").read_text().replace("patron_outbox_age_seconds", "patron_age")
    (tmp_path / "alerts.yml").write_text(rules)
    test = (Path(__file__).parent / "events.yml").read_text()
    planted = tmp_path / "events.yml"
    planted.write_text(test.replace("../../../deploy/prometheus/alerts.yml", "alerts.yml"))
    assert run(program("promtool"), "test", "rules", planted).returncode == 1


def test_a_rule_test_shows_for_every_alert_when_it_fires_and_when_not() -> None:
    asked = [
        (re.findall(r'alertname="(\w+)"', one["expr"])[0], bool(one.get("exp_samples")))
        for file in TESTS
        for test in yaml.safe_load(file.read_text())["tests"]
        for one in test["promql_expr_test"]
    ]
    assert {name for name, fires in asked if fires} == names()
    assert {name for name, fires in asked if not fires} == names()


def test_every_alert_has_a_summary_and_what_to_do() -> None:
    for rule in RULES:
        assert rule["annotations"].keys() == {"summary", "description"}, rule["alert"]
        assert all(text.endswith(".") for text in rule["annotations"].values()), rule["alert"]
        assert rule["labels"]["severity"] in {"warning", "critical"}, rule["alert"]


def test_the_documentation_names_every_alert() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    assert set(re.findall(r"`(Patron[A-Z]\w+)`", page)) == names()


def services_in(alert: str) -> set[str]:
    """Return the services that the rule of an alert names."""
    (expression,) = (rule["expr"] for rule in RULES if rule["alert"] == alert)
    return set(re.findall(r'service="(\w+)"', expression))


def test_the_outbox_of_every_service_that_publishes_must_not_be_unknown() -> None:
    publishing = {name for name in SERVICES if contracts_of(name)}
    assert services_in("PatronEventsUnknown") == publishing


def test_the_lag_of_every_service_that_consumes_must_not_be_unknown(tmp_path: Path) -> None:
    services = {name: import_module(f"services.{name}.__main__").SERVICE for name in SERVICES}
    consuming = {
        name for name, one in services.items() if one.handlers(one.settings(data=tmp_path))
    }
    assert services_in("PatronConsumerUnknown") == consuming


def test_the_sample_configuration_has_every_process_of_the_containers() -> None:
    containers = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    processes = {
        name for name, one in containers.items() if one.get("command") in (["serve"], ["work"])
    }
    (job,) = yaml.safe_load((FOLDER / "prometheus.yml").read_text())["scrape_configs"]
    targets = {target for one in job["static_configs"] for target in one["targets"]}
    assert job["job_name"] == "patron"
    assert targets == {f"{name}:9000" for name in processes}
