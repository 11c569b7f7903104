"""Tests that every command in the documents is run by a test, here or in a module of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.roles import SERVICES
from tests.deploy.docs.test_promises import ROOT, is_test

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
TOUR = "## Five minutes with curl"
"""The heading in the README whose commands tests/system/test_readme.py runs."""
QUOTED = re.compile(r"`([^`\n]+)`")
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
SHORT_COMMANDS = {"migrate", "topics", "openapi", "redrive", "replay", "recompute", "duplicates"}
"""Commands of a service that end by themselves; this module runs them as they are documented."""

_RESTORE = (
    "tests/system/test_restore.py::test_after_restores_all_services_and_foreign_consumers_agree"
)
_PROCESSES = "tests/shared/test_processes.py::"
TEST_OF_COMMAND = {
    "curl -s $api/imports -H": "tests/system/test_readme.py::"
    "test_the_commands_of_the_imports_page_import_a_file_and_wait_for_its_end",
    'until curl -s "$api/imports?limit=1"': "tests/system/test_readme.py::"
    "test_the_commands_of_the_imports_page_import_a_file_and_wait_for_its_end",
    "make check": "tests/shape/test_tools.py::test_a_tree_without_violations_breaks_no_contract",
    "make demo": "tests/system/test_demo.py::test_the_demo_prints_the_directly_computed_figures",
    "python -m deploy.demo load": "tests/system/test_demo.py::"
    "test_the_demo_is_loaded_twice_beside_the_customers_of_another_company",
    "make docs": "tests/deploy/docs/test_generated.py::test_the_committed_documents_are_fresh",
    "make faults": "tests/faults/test_rounds.py::"
    "test_p1_p2_p3_p4_acknowledged_writes_are_stored_once_and_published_in_order",
    "make fuzz": "tests/clients/test_fuzzing.py::"
    "test_every_operation_answers_generated_requests_as_documented",
    "python -m tests.faults --planted": "tests/faults/test_planted.py::"
    "test_the_text_that_a_bug_replaces_occurs_exactly_once",
    "python -m pytest --stack": "tests/test_stacks.py::"
    "test_a_test_that_takes_the_stack_runs_once_on_each_chosen_one",
    "make lock": "tests/shape/test_lock.py::"
    "test_make_lock_was_run_after_the_last_change_of_the_dependencies",
    "make migration": "tests/deploy/test_migration.py::"
    "test_a_new_table_gets_a_complete_migration_in_the_style_of_the_project",
    "make mutants": "tests/mutants/test_mutants.py::"
    "test_the_command_runs_the_mutants_of_a_module_and_its_survivors_have_reasons",
    "make real": "tests/system/test_real_servers.py::"
    "test_p1_killed_servers_are_restarted_with_all_their_data",
    "make release": "tests/deploy/test_release.py::"
    "test_a_release_dates_its_section_and_tags_the_commit",
    "make run": "tests/system/test_running.py::"
    "test_one_command_starts_every_process_and_one_signal_ends_them",
    "make test": "tests/test_stacks.py::"
    "test_a_test_that_takes_the_stack_runs_once_on_each_chosen_one",
    "pip install httpx starlette uvicorn": "tests/deploy/docs/test_backend_example.py::"
    "test_the_page_installs_what_the_example_imports",
    "curl -so openapi.json": "tests/clients/test_typescript.py::"
    "test_the_page_for_front_ends_generates_clients_and_its_code_compiles",
    "npm install": "tests/clients/test_typescript.py::"
    "test_the_page_for_front_ends_generates_clients_and_its_code_compiles",
    "npx ": "tests/clients/test_typescript.py::"
    "test_the_page_for_front_ends_generates_clients_and_its_code_compiles",
    "pip install openapi-python-client": "tests/clients/test_python.py::"
    "test_every_operation_is_generated_without_a_warning",
    "openapi-python-client generate": "tests/clients/test_python.py::"
    "test_every_operation_is_generated_without_a_warning",
    "uvicorn --app-dir docs/examples bff:app": "tests/system/test_bff.py::"
    "test_a_page_reads_and_changes_a_customer_and_never_sees_the_key",
    "redrive --only ID": "tests/shared/test_redriving.py::test_only_the_named_letters_are_tried",
    "redrive --discard ID": "tests/shared/test_redriving.py::"
    "test_a_discarded_letter_is_never_listed_or_tried_again",
    "python -m deploy.contracts": "tests/deploy/contracts/test_compatibility.py::"
    "test_the_present_events_only_extend_those_of_the_last_release",
    "$BACKUP": _RESTORE,
    "$ADMIN_URL": _RESTORE,
    "restored": _RESTORE,
    "$SERVICE migrate": _RESTORE,
    "$SERVICE topics": _RESTORE,
    "snapshot --facts": "tests/system/test_refill.py::"
    "test_an_empty_log_and_an_empty_scoring_database_are_filled_again",
    "--version": f"{_PROCESSES}test_a_service_prints_its_version",
    "serve": f"{_PROCESSES}test_the_api_logs_and_counts_requests_without_personal_data",
    "work": f"{_PROCESSES}test_the_worker_exposes_its_metrics_and_stops_on_sigterm",
}


def commands(text: str) -> set[str]:
    """Return the commands of a document: lines of its shell blocks, and texts in backticks."""
    blocks = "\n".join(BLOCK.findall(text.partition(TOUR)[0]))
    lines = [line.partition("#")[0].strip() for line in blocks.replace("\\\n", "").splitlines()]
    quoted = [
        command for span in QUOTED.findall(BLOCK.sub("", text)) for command in span.split(" && ")
    ]
    inline = {command for command in quoted if command.startswith(("make ", "python -m "))}
    return inline | {line for line in lines if line}


def documented() -> list[str]:
    """Return the commands in the README, CONTRIBUTING and all pages of docs."""
    pages = [path for path in DOCUMENTS if path.name != "promises.md"]  # test_promises.py checks it
    every = set().union(*(commands(path.read_text(encoding="utf-8")) for path in pages))
    return sorted(every)


def is_short(command: str) -> bool:
    needs_data = " ID" in command or "$" in command  # a placeholder for an id or a service
    is_command = command.startswith("python -m services.")
    return is_command and not needs_data and command.split()[3] in SHORT_COMMANDS


RUN_HERE = [command.replace("<service>", SERVICES[0]) for command in filter(is_short, documented())]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data folder of a new installation, with migrated databases and no rows."""
    data = tmp_path_factory.mktemp("commands")
    for service in SERVICES:
        assert run(f"python -m services.{service} migrate", data).returncode == 0
    return data


def run(command: str, data: Path) -> subprocess.CompletedProcess[str]:
    """Run a command with this data folder and return the ended process."""
    program, *arguments = command.split()
    return subprocess.run(
        [sys.executable if program == "python" else program, *arguments],
        cwd=ROOT,
        env=os.environ | {"PATRON_DATA": str(data)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("command", [*RUN_HERE, "make help"])
def test_a_documented_command_succeeds_as_it_is_written(command: str, data: Path) -> None:
    done = run(command, data)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


def test_every_documented_command_that_is_not_run_here_has_another_test() -> None:
    others = [name for name in documented() if not is_short(name) and name != "make help"]
    assert [name for name in others if not any(key in name for key in TEST_OF_COMMAND)] == []
    assert [name for name in TEST_OF_COMMAND.values() if not is_test(name)] == []


@pytest.mark.parametrize("target", [name for name in TEST_OF_COMMAND if name.startswith("make ")])
def test_a_documented_make_target_exists(target: str, tmp_path: Path) -> None:
    done = run(f"{target} --dry-run", tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("target", ["check", "test", "faults", "mutants", "bench"])
def test_ci_runs_what_takes_too_long_for_the_suite(target: str) -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert re.search(rf"^step \d+ make {target}\b", script, re.MULTILINE)


def test_commands_are_found_in_shell_blocks_and_in_backticks() -> None:
    text = "Try `make all` or:\n```sh\nrm -r var  # gone\nmake check\n```\n"
    assert commands(text) == {"make all", "rm -r var", "make check"}
    assert not any(name in "make all" for name in TEST_OF_COMMAND)
