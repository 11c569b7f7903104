"""`make real` refuses malformed addresses of servers before it starts anything."""

from pathlib import Path

import pytest

from deploy.local.real import RealServers
from deploy.local.server import StartFailed


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PATRON_DATABASE_URL", "mysql://u:s3cret@h/d"),
        ("PATRON_KAFKA_BOOTSTRAP", "PLAINTEXT://s3cret:9092"),
    ],
)
def test_a_malformed_address_of_a_server_is_refused_with_its_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, value: str
) -> None:
    monkeypatch.delenv("PATRON_DATABASE_URL", raising=False)
    monkeypatch.setenv(variable, value)
    with pytest.raises(StartFailed, match=f"^{variable}: ") as failure:
        RealServers(tmp_path).start()
    assert "s3cret" not in str(failure.value)
    assert list(tmp_path.iterdir()) == []
