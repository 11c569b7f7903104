"""The linters of `make check` hold the rules that we rely on: each is broken once on purpose."""

import itertools
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

# Every import contract of pyproject.toml, and one line that breaks it.
PLANTED = {
    "Services stand on shared; shared knows no service": (
        "shared/clock.py",
        "import services.registry.app",
    ),
    "No service imports another": ("services/survey/app.py", "import services.scoring.app"),
    "Inside a noun imports point inwards": (
        "services/registry/customer/service.py",
        "import services.registry.customer.routes",
    ),
    "Nouns know nothing of the processes that serve them": (
        "services/survey/survey/service.py",
        "import services.survey.app",
    ),
    "No circle of imports, neither of nouns nor inside one or the kit": (
        "services/registry/customer/repository.py",
        "import services.registry.order.domain",
    ),
    "Formulas and contracts know no framework": (
        "services/registry/order/domain.py",
        "import pydantic",
    ),
    "Only shared.messaging touches Kafka": ("services/scoring/worker.py", "import kafka"),
}


@pytest.fixture
def skeleton(tmp_path: Path) -> Path:
    """Give a tree of empty modules in the shape of the real one, with the real contracts."""
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    for package in ("contracts", "messaging"):
        (tmp_path / "shared" / package).mkdir(parents=True)
        (tmp_path / "shared" / package / "log.py").touch()
    for noun in ("registry/customer", "registry/order", "survey/survey", "scoring/score"):
        (tmp_path / "services" / noun).mkdir(parents=True)
        for module in ("routes", "service", "repository", "models", "domain"):
            (tmp_path / "services" / noun / f"{module}.py").touch()
    for service in ("registry", "survey", "scoring", "gateway"):
        (tmp_path / "services" / service).mkdir(exist_ok=True)
        for module in ("app", "worker"):
            (tmp_path / "services" / service / f"{module}.py").touch()
    (tmp_path / "shared/clock.py").touch()
    (tmp_path / "shared/messaging/log.py").write_text("import kafka\n")
    (tmp_path / "services/registry/order/repository.py").write_text(
        "import services.registry.customer.models\n"
    )
    for file in [*tmp_path.rglob("*.py")]:
        for folder in file.relative_to(tmp_path).parents[:-1]:
            (tmp_path / folder / "__init__.py").touch()
    return tmp_path


def linted(root: Path) -> str:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    told = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False).stdout
    assert "Contracts:" in told, told
    return told


def broken_contracts(root: Path) -> set[str]:
    told = linted(root)
    return {line.removesuffix(" BROKEN") for line in told.splitlines() if line.endswith("BROKEN")}


def test_a_tree_in_order_breaks_no_contract(skeleton: Path) -> None:
    assert broken_contracts(skeleton) == set()


def test_every_import_contract_is_broken_by_its_planted_import(skeleton: Path) -> None:
    for path, line in PLANTED.values():
        (skeleton / path).write_text(f"{line}\n")
    assert broken_contracts(skeleton) == set(PLANTED)


def test_every_import_contract_has_its_planted_import() -> None:
    assert {contract["name"] for contract in CONTRACTS} == set(PLANTED)


def test_each_room_of_a_noun_is_refused_the_one_above_it(skeleton: Path) -> None:
    (rooms,) = (one["layers"] for one in CONTRACTS if one["name"].startswith("Inside a noun"))
    layers = [re.findall(r"\w+", layer) for layer in rooms]
    beside = [pair for layer in layers for pair in itertools.pairwise(layer)]
    above = [pair for up, low in itertools.pairwise(layers) for pair in itertools.product(low, up)]
    noun = skeleton / "services/survey/survey"
    for room in itertools.chain(*layers):
        (noun / f"{room}.py").touch()
    for importer, imported in beside + above:
        with (noun / f"{importer}.py").open("a") as file:
            file.write(f"import services.survey.survey.{imported}\n")
    told = linted(skeleton).replace("services.survey.survey.", "")
    assert [pair for pair in beside + above if " -> ".join(pair) not in told] == []


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("PLC0415", "def late() -> None:\n    import json\n\n    json.dumps(1)\n"),
        ("DTZ005", "from datetime import datetime\n\nNOW = datetime.now()\n"),
        ("ANN001", "def untyped(a) -> None:\n    print(a)\n"),
        ("ERA001", "# a = 1\n"),
        ("F401", "import json\n"),
        ("BLE001", "try:\n    1 / 0\nexcept Exception:\n    A = 1\n"),
        ("S608", 'def query(name: str) -> str:\n    return f"SELECT * FROM t WHERE n = {name}"\n'),
    ],
)
def test_ruff_refuses(tmp_path: Path, rule: str, text: str) -> None:
    told = run_on(tmp_path, text, "ruff", "check", "--no-cache", "--output-format=concise")
    assert f" {rule} " in told


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
def test_mypy_refuses(tmp_path: Path, error: str, text: str) -> None:
    told = run_on(tmp_path, text, "mypy", f"--cache-dir={tmp_path}")
    assert f"[{error}]" in told


def run_on(folder: Path, text: str, tool: str, *options: str) -> str:
    file = folder / "planted.py"
    file.write_text(text)
    config = "--config-file" if tool == "mypy" else "--config"
    command = [sys.executable, "-m", tool, *options, config, str(ROOT / "pyproject.toml")]
    done = subprocess.run([*command, str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    return done.stdout
