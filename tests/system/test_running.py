"""`make run` and `make real` as a user starts them in a terminal."""

import signal
from functools import partial
from pathlib import Path

import httpx
import pytest

from deploy.local.ports import free_port
from deploy.local.product import Product, port_from_environment
from tests.system.product import (
    ADMIN_KEY,
    Running,
    children,
    eventually,
    is_running,
    launch,
    started,
)

PRODUCT = Product(data=Path("nowhere"), port=0, admin_key="")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_command_starts_every_process_and_one_signal_ends_them(
    tmp_path: Path, number: signal.Signals
) -> None:
    with started("run", tmp_path) as product:
        pids = children(product.process.pid)
        assert product.roles() == sorted(role.name for role in PRODUCT.processes())
        assert httpx.get(f"{product.url}/readyz").status_code == 200
        product.process.send_signal(number)
        assert product.process.wait(20) == 0
        assert [pid for pid in pids if is_running(pid)] == []


def test_a_killed_process_is_restarted(embedded_product: Running) -> None:
    for role in embedded_product.roles():
        killed = embedded_product.kill(role)
        eventually(partial(embedded_product.restarted, role, killed))
    eventually(lambda: _answers(embedded_product, "/v1/api-keys"))


def test_a_killed_supervisor_leaves_no_process_behind(tmp_path: Path) -> None:
    """The child processes of the killed supervisor end, and a new run can use the same data."""
    with started("run", tmp_path) as product:
        pids = children(product.process.pid)
        product.process.kill()
        product.process.wait()
        with started("run", tmp_path) as next_run:
            assert [pid for pid in pids if is_running(pid)] == []
            assert httpx.get(f"{next_run.url}/readyz").status_code == 200


def test_the_message_about_a_used_port_names_the_setting(
    embedded_product: Running, tmp_path: Path
) -> None:
    port = embedded_product.url.rpartition(":")[2]
    assert "PATRON_PORT" in _refusal(tmp_path / "other", port)


def test_the_message_about_a_data_folder_in_use_names_the_setting(
    embedded_product: Running,
) -> None:
    assert "PATRON_DATA" in _refusal(embedded_product.data, str(free_port()))


def test_probes_and_metrics_use_the_port_of_the_settings(tmp_path: Path) -> None:
    port = free_port()
    with started("run", tmp_path, {"SCORING_WORKER_OPERATIONS_PORT": str(port)}) as product:
        for path in ("livez", "readyz", "metrics"):
            assert httpx.get(f"http://127.0.0.1:{port}/{path}").status_code == 200
        assert f"/{port}" in product.printed.read_text()


@pytest.mark.parametrize("variable", ["PATRON_PORT", "GATEWAY_OPERATIONS_PORT"])
def test_an_invalid_port_is_refused_with_the_name_of_its_setting(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "99999")
    with pytest.raises(SystemExit, match=f"{variable}: "):
        port_from_environment(variable, otherwise=8000)


def test_the_first_start_creates_an_admin_key_prints_it_once_and_stores_it(tmp_path: Path) -> None:
    settings = {"PATRON_ADMIN_KEY": ""}
    with started("run", tmp_path, settings) as product:
        key = (tmp_path / "admin.key").read_text().strip()
        assert product.printed.read_text().count(key) == 1
        assert (tmp_path / "admin.key").stat().st_mode & 0o077 == 0
        answer = httpx.get(f"{product.url}/v1/api-keys", headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 200
        assert all(key not in log.read_text() for log in (tmp_path / "logs").iterdir())
    with started("run", tmp_path, settings) as product:
        assert key not in product.printed.read_text()


def test_an_admin_key_from_the_environment_is_never_printed(embedded_product: Running) -> None:
    assert ADMIN_KEY not in embedded_product.printed.read_text()


def _refusal(data: Path, port: str) -> str:
    """Start the product, which must refuse to run; return what it printed."""
    data.mkdir(exist_ok=True)
    printed = data / "refused.txt"
    settings = {"PATRON_DATA": str(data), "PATRON_PORT": port}
    with launch("run", printed, settings) as process:
        assert process.wait(60) == 1
    return printed.read_text()


def _answers(product: Running, path: str) -> bool:
    """Return whether a GET of the path succeeds."""
    try:
        return product.client.get(path).status_code == 200
    except httpx.HTTPError:
        return False
