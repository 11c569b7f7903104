"""Tests of the broker's jars: only complete files with the listed digests are used."""

import dataclasses
import hashlib
import re
from pathlib import Path

import pytest

from deploy.local import jars
from deploy.local.jars import Jar, JarRefused

SMALL = next(jar for jar in jars.read_list() if jar.artifact == "jspecify")


def jar_of(content: bytes) -> Jar:
    digest = hashlib.sha256(content).hexdigest()
    return Jar(group="g", artifact="a", version="1", sha256=digest)


def test_the_list_has_every_jar_once_with_a_digest_and_one_version_of_kafka() -> None:
    found = jars.read_list()
    assert len({(jar.group, jar.artifact) for jar in found}) == len(found) == 46
    assert all(re.fullmatch("[0-9a-f]{64}", jar.sha256) for jar in found)
    assert {jar.version for jar in found if jar.group == "org.apache.kafka"} == {"4.2.0"}


@pytest.mark.parametrize("content", [b"", b"genuine!", b"genuin"])
def test_a_tampered_or_broken_file_is_not_genuine(tmp_path: Path, content: bytes) -> None:
    jar = jar_of(b"genuine")
    path = tmp_path / jar.file_name
    assert not jars.is_genuine(jar, path)
    path.write_bytes(content)
    assert not jars.is_genuine(jar, path)
    path.write_bytes(b"genuine")
    assert jars.is_genuine(jar, path)


@pytest.mark.usefixtures("kafka_bootstrap")
def test_a_tampered_jar_in_the_cache_is_fetched_again(tmp_path: Path) -> None:
    (tmp_path / SMALL.file_name).write_bytes(b"tampered")
    (path,) = jars.ensure([SMALL], tmp_path)
    assert jars.is_genuine(SMALL, path)


@pytest.mark.usefixtures("kafka_bootstrap")
def test_a_download_with_another_digest_is_refused_and_not_stored(tmp_path: Path) -> None:
    other = dataclasses.replace(SMALL, sha256="0" * 64)
    with pytest.raises(JarRefused, match="not the file"):
        jars.ensure([other], tmp_path)
    assert not list(tmp_path.iterdir())
