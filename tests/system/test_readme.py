"""The commands of the README work as they are written and print what the README says."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

from tests.system.company import Company
from tests.system.product import ADMIN_KEY, ROOT, Running, eventually

TOUR = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Five minutes with curl")[2]
STEPS = [step for step in re.findall(r"```sh\n(.*?)```", TOUR, re.DOTALL) if step != "make run\n"]
EXPECTED_REVENUE = Decimal(105_862)
CURL_WITH_STATUSES = 'curl() { command curl -w "%{stderr}%{http_code}\\n" "$@" 2>> statuses; }'
"""A shell function that makes curl append the status of each answer to a file."""
INDEX = 'command curl -s "$api/portfolio/satisfaction?survey=$survey" -H "$auth"'
END = "the end of a step"


@dataclass(frozen=True)
class Terminal:
    """A shell into which the commands are typed."""

    shell: subprocess.Popen[str]
    folder: Path

    def type(self, text: str) -> str:
        """Type some lines and return their output."""
        assert self.shell.stdin
        assert self.shell.stdout
        self.shell.stdin.write(f"{text}\necho\necho {END}\n")
        self.shell.stdin.flush()
        return "".join(iter(self.shell.stdout.readline, f"{END}\n"))

    def statuses(self) -> list[str]:
        """Return the status of every answer that curl got."""
        return (self.folder / "statuses").read_text().split()


def test_the_tour_of_the_readme_works_as_written(
    embedded_product: Running, tmp_path: Path, program: Callable[[str], str]
) -> None:
    """Every answer is a success, and the customer has the points that the README computes."""
    program("curl")
    with _terminal(tmp_path, embedded_product) as terminal:
        shown = [_run(step, terminal, embedded_product) for step in STEPS]
        statuses = terminal.statuses()
    assert [status for status in statuses if not status.startswith("2")] == []
    assert len(statuses) == len(re.findall(r"^post \"|\bcurl -s|\$\(post", TOUR, re.MULTILINE)) - 1
    assert shown[3].count('"value_points":"1.05862"') == 2
    assert '"index":87.5' in shown[-1]
    assert "so 1.05862 points" in TOUR


def test_the_commands_of_the_imports_page_import_a_file_and_wait_for_its_end(
    embedded_product: Running, tmp_path: Path, program: Callable[[str], str]
) -> None:
    program("curl")
    page = (ROOT / "docs" / "imports.md").read_text(encoding="utf-8")
    command, waiting = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    file = "客户编号,客户名称,kind,nature\nof-this-page-17,华东百货,organisation,retailer\n"
    (tmp_path / "customers.csv").write_text(file, encoding="utf-8")
    with _terminal(tmp_path, embedded_product) as terminal:
        terminal.type(STEPS[0])
        shown = terminal.type(command)
        assert terminal.statuses() == ["202"]
        ended = terminal.type(waiting)
    assert '"dry_run":true' in shown
    assert '"state":"succeeded"' in ended
    assert '"created":1' in ended


def _run(step: str, terminal: Terminal, product: Running) -> str:
    """Wait until the figures that a step prints have been computed, then type the step."""
    if "/scores/" in step:
        company = Company(product, "erp")
        (customer,) = company.get("/v1/customers", external_id="erp:17")["items"]
        company.wait_for_points({customer["id"]: EXPECTED_REVENUE})
    if "/satisfaction" in step:
        eventually(lambda: '"n":1' in terminal.type(INDEX))
    return terminal.type(step)


@contextmanager
def _terminal(folder: Path, product: Running) -> Iterator[Terminal]:
    """Open a shell in a folder with the administrator's key in `var/admin.key`."""
    (folder / "var").mkdir()
    (folder / "var" / "admin.key").write_text(f"{ADMIN_KEY}\n")
    pipe, environment = subprocess.PIPE, dict(os.environ)
    environment.pop("PATRON_DATA", None)
    environment["PATRON_PORT"] = str(urlsplit(product.url).port)
    with subprocess.Popen(
        ["bash"], cwd=folder, env=environment, stdin=pipe, stdout=pipe, text=True
    ) as shell:
        terminal = Terminal(shell, folder)
        terminal.type(CURL_WITH_STATUSES)
        yield terminal
