"""Front-end teams can work with the TypeScript clients that two generators write.

The flows in `typescript` are written as a front-end team would: they are compiled with `--strict`
and run against the product.
"""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.clients.environment import HERE, Tools
from tests.system.product import ADMIN_KEY, ROOT, Running

PAGE = ROOT / "docs" / "frontend.md"
FLOWS = ("openapi-fetch", "hey-api")


def succeeded(done: subprocess.CompletedProcess[str]) -> str:
    """Return what a program printed; the program must not have failed."""
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session")
def generated(tools: Tools, document: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the flows and the clients that are generated from the document."""
    folder = tmp_path_factory.mktemp("clients") / "typescript"
    shutil.copytree(HERE / "typescript", folder)
    shutil.copy(document, folder / "openapi.json")
    (folder / "node_modules").symlink_to(tools.node_packages)
    (folder / "generated").mkdir()
    generate = ("node", "generate-types.mjs", "openapi.json", "generated/api.ts")
    succeeded(tools.run(*generate, cwd=folder))
    succeeded(tools.run("openapi-ts", "--file=hey-api.config.mjs", cwd=folder))
    return folder


@pytest.fixture(scope="session")
def compiled(tools: Tools, generated: Path) -> Path:
    """Return the folder with the compiled flows."""
    succeeded(tools.run("tsc", "--project", generated))
    return generated / "compiled"


@pytest.mark.parametrize("flow", FLOWS)
def test_a_flow_of_a_front_end_compiles_strictly_and_runs(
    tools: Tools, compiled: Path, product: Running, flow: str
) -> None:
    options = json.loads((HERE / "typescript" / "tsconfig.json").read_text())["compilerOptions"]
    assert options["strict"] is True
    succeeded(tools.run("node", compiled / f"{flow}.js", product.url, ADMIN_KEY))


def test_the_page_for_front_ends_generates_clients_and_its_code_compiles(
    tools: Tools, document: Path, tmp_path: Path
) -> None:
    """The commands of docs/frontend.md run as they are written, without options of our own."""
    section = PAGE.read_text("utf-8").partition("## Generate a client")[2].partition("\n## ")[0]
    code = re.findall(r"```ts\n(.*?)```", section, re.DOTALL)
    commands = re.findall(r"^npx (.*)$", section, re.MULTILINE)
    (tmp_path / "node_modules").symlink_to(tools.node_packages)
    shutil.copy(document, tmp_path / "openapi.json")
    (tmp_path / "page.ts").write_text(*code)
    assert [command.split()[0] for command in commands] == ["openapi-typescript", "openapi-ts"]
    for command in commands:
        succeeded(tools.run(*command.split(), cwd=tmp_path))
    strictly = ("--strict", "--noEmit", "--skipLibCheck", "--moduleResolution", "bundler")
    modern = ("--module", "esnext", "--target", "es2022", "--lib", "es2022,dom,dom.iterable")
    succeeded(tools.run("tsc", *strictly, *modern, "page.ts", cwd=tmp_path))


def test_both_generators_write_every_operation(generated: Path, document: Path) -> None:
    paths = json.loads(document.read_text())["paths"]
    ids = {operation["operationId"] for item in paths.values() for operation in item.values()}
    types = (generated / "generated" / "api.ts").read_text()
    sdk = (generated / "generated" / "hey-api" / "sdk.gen.ts").read_text()
    assert [name for name in ids if f"    {name}: {{" not in types] == []
    assert [name for name in ids if f"export const {camel_case(name)} = " not in sdk] == []


def camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))
