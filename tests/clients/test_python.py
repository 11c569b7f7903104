"""Python programs can work with the client that openapi-python-client writes."""

import ast
import json
import subprocess
from pathlib import Path

import pytest

from tests.clients.environment import HERE, Tools
from tests.system.product import ADMIN_KEY, Running

FILE = "客户编号,客户名称\n1,华东百货\n2,苏州家电\n"


@pytest.fixture(scope="session")
def generation(
    tools: Tools, document: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """Return the folder of the generated client and the ended process of the generator."""
    folder = tmp_path_factory.mktemp("clients") / "python"
    options = (f"--path={document}", f"--config={HERE / 'openapi-python-client.yaml'}")
    return folder, tools.run(
        "openapi-python-client", "generate", *options, f"--output-path={folder}"
    )


def test_every_operation_is_generated_without_a_warning(
    generation: tuple[Path, subprocess.CompletedProcess[str]], document: Path
) -> None:
    folder, done = generation
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"Generating {folder}\n"
    paths = json.loads(document.read_text())["paths"]
    ids = {operation["operationId"] for item in paths.values() for operation in item.values()}
    modules = (folder / "patron_client" / "api").glob("*/*.py")
    functions = {file.stem for file in modules if "sync_detailed" in _functions(file)}
    assert functions == ids


def test_a_program_imports_a_file(
    tools: Tools,
    generation: tuple[Path, subprocess.CompletedProcess[str]],
    product: Running,
    tmp_path: Path,
) -> None:
    (tmp_path / "customers.csv").write_text(FILE, encoding="utf-8")
    program = HERE / "python" / "import_customers.py"
    arguments = (product.url, ADMIN_KEY, tmp_path / "customers.csv")
    done = tools.run("python", program, *arguments, PYTHONPATH=str(generation[0]))
    assert done.returncode == 0, done.stderr
    assert done.stdout == "dry run succeeded: 2 created\nimport succeeded: 2 created\n"
    names = [
        one["name"] for one in product.client.get("/v1/customers?external_id=crm:2").json()["items"]
    ]
    assert names == ["苏州家电"]


def _functions(file: Path) -> set[str]:
    """Return the names of the functions in a module."""
    body = ast.parse(file.read_text(encoding="utf-8")).body
    return {node.name for node in body if isinstance(node, ast.FunctionDef)}
