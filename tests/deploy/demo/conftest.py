from pathlib import Path

import pytest

from deploy.demo.generate import generate


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the demo company's files, generated once."""
    into = tmp_path_factory.mktemp("demo")
    generate(into)
    return into
