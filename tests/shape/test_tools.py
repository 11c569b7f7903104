"""The linters of `make check` refuse code that breaks our rules: each rule is broken once here."""

import itertools
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "contracts"
]

CIRCLES = "No circle of imports between siblings, at any depth"

# Every import contract of pyproject.toml with imports that break it, inside an area where possible.
PLANTED = {
    "Services stand on shared; shared knows no service": [
        ("shared/clock.py", "import services.registry.care.visit.domain"),
    ],
    "No service imports another": [
        (
            "services/survey/fieldwork/survey/service.py",
            "import services.scoring.facts.fact.domain",
        ),
    ],
    "Inside a noun imports point inwards": [
        (
            "services/registry/care/visit/service.py",
            "import services.registry.care.visit.schemas",
        ),
        ("services/gateway/api_key/service.py", "import services.gateway.api_key.schemas"),
    ],
    "Areas of the registry point downwards": [
        (
            "services/registry/customers/customer/repository.py",
            "import services.registry.transfer.imports.models",
        ),
    ],
    "Areas of the survey service point downwards": [
        (
            "services/survey/design/questionnaire/domain.py",
            "import services.survey.fieldwork.survey.domain",
        ),
    ],
    "Areas of scoring point downwards": [
        (
            "services/scoring/facts/fact/domain.py",
            "import services.scoring.figures.score.domain",
        ),
    ],
    "Only app and worker import routes, handlers and jobs": [
        (
            "services/registry/care/visit/routes.py",
            "import services.registry.care.task.routes",
        ),
        (
            "services/scoring/figures/score/handlers.py",
            "from services.scoring.facts.fact import handlers",
        ),
        ("services/gateway/admission.py", "import services.gateway.api_key.routes"),
        ("services/gateway/admission.py", "import services.gateway.api_key.job"),
    ],
    "Tables know no use case, request or response": [
        (
            "services/registry/sales/order/models.py",
            f"import services.registry.customers.customer.{module}",
        )
        for module in ("service", "schemas")
    ],
    "Functions from a row to an event neither query nor publish": [
        ("services/registry/care/visit/events.py", "from sqlalchemy import select"),
        ("services/gateway/api_key/events.py", "from shared.messaging import log"),
    ],
    "Nouns know nothing of the processes that serve them": [
        ("services/survey/fieldwork/survey/routes.py", "import services.survey.app"),
    ],
    CIRCLES: [
        (
            "services/registry/care/visit/repository.py",
            "import services.registry.care.task.repository",
        ),
        (
            "services/registry/care/task/repository.py",
            "import services.registry.care.visit.repository",
        ),
    ],
    "Formulas and contracts know no framework, clock or operating system": [
        ("services/registry/care/visit/domain.py", "import sqlalchemy"),
        ("services/registry/care/visit/domain.py", "from shared import clock"),
        ("services/gateway/api_key/domain.py", "import os"),
        ("shared/contracts/registry/visit.py", "import pydantic"),
    ],
    "Only the modules that speak HTTP import the web framework": [
        *(
            (f"services/registry/care/task/{module}.py", "from fastapi import Request")
            for module in ("service", "repository", "models", "handlers", "job")
        ),
        ("services/gateway/api_key/events.py", "from starlette.responses import Response"),
    ],
    "The product imports neither deploy nor tests": [
        ("services/registry/care/task/routes.py", "import deploy.local"),
        ("shared/messaging/log.py", "from tests import serving"),
    ],
    "Only shared.messaging touches Kafka": [
        ("services/registry/care/task/service.py", "import kafka"),
    ],
}
PLANTS = [(name, path, line) for name, plants in PLANTED.items() for path, line in plants]
SKELETON_NOUNS = (
    *("registry/care/visit", "registry/care/task", "registry/sales/order"),
    *("registry/customers/customer", "registry/transfer/imports"),
    *("survey/customers/customer", "survey/design/questionnaire", "survey/fieldwork/survey"),
    *("scoring/facts/fact", "scoring/modelling/value_model", "scoring/figures/score"),
    "gateway/api_key",
)
SKELETON_MODULES = (
    *("routes", "handlers", "job", "schemas", "service", "repository", "events"),
    *("models", "domain"),
)
SKELETON_SHARED = (
    *("clock", "ids", "service", "texts", "http/app", "messaging/log", "contracts/registry/visit"),
    *("imports/errors_file", "imports/schemas", "imports/settings"),
)


@pytest.fixture
def skeleton(tmp_path: Path) -> Path:
    """Return the root of a tree of empty modules that are named like the real ones.

    The tree has the real import contracts, and an area `care` of the registry, as a later release
    may.
    """
    contracts = (ROOT / "pyproject.toml").read_text("utf-8")
    contracts = contracts.replace('["transfer", "sales", ', '["transfer", "care", "sales", ')
    (tmp_path / "pyproject.toml").write_text(contracts, "utf-8")
    for module in SKELETON_SHARED:
        plant(tmp_path, f"shared/{module}.py")
    for noun, module in itertools.product(SKELETON_NOUNS, SKELETON_MODULES):
        plant(tmp_path, f"services/{noun}/{module}.py")
    services = ("registry", "survey", "scoring", "gateway")
    for service, module in itertools.product(services, ("app", "worker")):
        plant(tmp_path, f"services/{service}/{module}.py")
    for module in ("admission", "compression", "cors", "document/public_file", "proxy/body"):
        plant(tmp_path, f"services/gateway/{module}.py")
    for module in ("rules", "ladder", "checks", "student"):
        plant(tmp_path, f"services/scoring/figures/score/{module}.py")
    plant(tmp_path, "shared/messaging/log.py", "import kafka")
    plant(tmp_path, "shared/http/app.py", "import fastapi")
    plant(tmp_path, "services/registry/sales/order/routes.py", "import starlette")
    plant(tmp_path, "services/registry/app.py", "import services.registry.sales.order.routes")
    plant(
        tmp_path,
        "services/registry/sales/order/repository.py",
        "import services.registry.customers.customer.models",
    )
    add_init_files(tmp_path)
    return tmp_path


def add_init_files(root: Path) -> None:
    """Turn all folders that contain Python files into packages."""
    for file in [*root.rglob("*.py")]:
        for folder in file.relative_to(root).parents[:-1]:
            (root / folder / "__init__.py").touch()


def plant(root: Path, path: str, line: str = "") -> None:
    """Add a line to a module, which is created first where it does not exist."""
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    with (root / path).open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")


def lint_imports(root: Path) -> str:
    """Return what lint-imports prints, on lines wide enough not to be wrapped."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    wide = os.environ | {"COLUMNS": "1000"}
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, env=wide)
    assert "Contracts:" in done.stdout, done.stdout
    return done.stdout


def broken_contracts(root: Path) -> set[str]:
    lines = lint_imports(root).splitlines()
    return {line.removesuffix(" BROKEN") for line in lines if line.endswith("BROKEN")}


def test_a_tree_without_violations_breaks_no_contract(skeleton: Path) -> None:
    assert broken_contracts(skeleton) == set()


def test_every_import_contract_is_broken_by_its_planted_imports(skeleton: Path) -> None:
    for _, path, line in PLANTS:
        plant(skeleton, path, line)
    assert broken_contracts(skeleton) == set(PLANTED)


@pytest.mark.parametrize("name", sorted(PLANTED.keys() - {CIRCLES}))
def test_each_planted_import_breaks_only_its_contract(skeleton: Path, name: str) -> None:
    """A noun is one thing of the API, such as order; each has a package (docs/architecture.md)."""
    for path, line in PLANTED[name]:
        before = (skeleton / path).read_text("utf-8")
        plant(skeleton, path, line)
        assert broken_contracts(skeleton) == {name}
        (skeleton / path).write_text(before, "utf-8")


def test_an_area_that_no_layer_names_is_refused(skeleton: Path) -> None:
    plant(skeleton, "services/survey/extra/noun/domain.py")
    for folder in ("extra", "extra/noun"):
        plant(skeleton, f"services/survey/{folder}/__init__.py")
    assert broken_contracts(skeleton) == {"Areas of the survey service point downwards"}


def test_every_import_contract_has_its_planted_import() -> None:
    assert {contract["name"] for contract in CONTRACTS} == set(PLANTED)


def test_no_module_of_a_noun_may_import_one_of_a_layer_above(skeleton: Path) -> None:
    (names,) = (one["layers"] for one in CONTRACTS if one["name"].startswith("Inside a noun"))
    layers = [re.findall(r"\w+", layer) for layer in names]
    beside = [pair for layer in layers for pair in itertools.pairwise(layer)]
    above = [pair for up, low in itertools.pairwise(layers) for pair in itertools.product(low, up)]
    noun = skeleton / "services/survey/fieldwork/survey"
    for module in itertools.chain(*layers):
        (noun / f"{module}.py").touch()
    for importer, imported in beside + above:
        with (noun / f"{importer}.py").open("a") as file:
            file.write(f"import services.survey.fieldwork.survey.{imported}\n")
    printed = lint_imports(skeleton).replace("services.survey.fieldwork.survey.", "")
    assert [pair for pair in beside + above if " -> ".join(pair) not in printed] == []


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("PLC0415", "def late() -> None:\n    import json\n\n    json.dumps(1)\n"),
        ("DTZ005", "from datetime import datetime\n\nNOW = datetime.now()\n"),
        ("TID251", "from datetime import UTC, datetime\n\nNOW = datetime.now(UTC)\n"),
        ("TID251", "import datetime as dt\n\nNOW = dt.datetime.utcnow()\n"),
        ("TID251", "from uuid import uuid4\n"),
        ("TID251", "import uuid\n\nID = uuid.uuid1()\n"),
        ("TID251", "import uuid_utils\n"),
        ("TID251", "import time\n\ntime.sleep(1)\n"),
        ("ANN001", "def untyped(a) -> None:\n    print(a)\n"),
        ("ERA001", "# a = 1\n"),
        ("F401", "import json\n"),
        ("BLE001", "try:\n    1 / 0\nexcept Exception:\n    A = 1\n"),
        ("S608", 'def query(name: str) -> str:\n    return f"SELECT * FROM t WHERE n = {name}"\n'),
    ],
)
def test_ruff_reports_code_that_breaks_the_rule(tmp_path: Path, rule: str, text: str) -> None:
    printed = run_on(tmp_path, text, "ruff", "check", "--no-cache", "--output-format=concise")
    assert f" {rule} " in printed


@pytest.mark.parametrize(
    ("error", "text"),
    [
        ("no-untyped-def", "def untyped(a):\n    return a\n"),
        ("return-value", 'def wrong() -> int:\n    return ""\n'),
        (
            "call-arg",
            "from pydantic import BaseModel\n\n\nclass A(BaseModel):\n    b: int\n\n\nA(c=1)\n",
        ),
    ],
)
def test_mypy_reports_code_with_a_type_error(tmp_path: Path, error: str, text: str) -> None:
    printed = run_on(tmp_path, text, "mypy", f"--cache-dir={tmp_path}")
    assert f"[{error}]" in printed


def run_on(folder: Path, text: str, tool: str, *options: str) -> str:
    """Run a checker on a file with this text, which it has to refuse; return what it prints."""
    file = folder / "planted.py"
    file.write_text(text)
    config = "--config-file" if tool == "mypy" else "--config"
    command = [sys.executable, "-m", tool, *options, config, str(ROOT / "pyproject.toml")]
    done = subprocess.run([*command, str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    return done.stdout
