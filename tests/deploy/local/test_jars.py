"""Tests of downloading Kafka's jars: only complete files with the listed digests are used."""

import dataclasses
import hashlib
import re
from pathlib import Path

import pytest

from deploy.local import jars
from deploy.local.jars import Jar, JarRefused

SMALL_JAR = next(jar for jar in jars.read_list() if jar.artifact == "jspecify")


def jar_of(content: bytes) -> Jar:
    """Return the list entry of a jar with this content."""
    digest = hashlib.sha256(content).hexdigest()
    return Jar(group="g", artifact="a", version="1", sha256=digest)


def test_the_list_has_each_jar_once_with_a_digest_and_only_one_version_of_kafka() -> None:
    listed = jars.read_list()
    assert len({(jar.group, jar.artifact) for jar in listed}) == len(listed) == 46
    assert all(re.fullmatch("[0-9a-f]{64}", jar.sha256) for jar in listed)
    assert {jar.version for jar in listed if jar.group == "org.apache.kafka"} == {"4.2.0"}


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
    (tmp_path / SMALL_JAR.file_name).write_bytes(b"tampered")
    (path,) = jars.ensure([SMALL_JAR], tmp_path)
    assert jars.is_genuine(SMALL_JAR, path)


@pytest.mark.usefixtures("kafka_bootstrap")
def test_a_download_whose_digest_is_not_the_listed_one_is_refused_and_not_stored(
    tmp_path: Path,
) -> None:
    wrong_digest = dataclasses.replace(SMALL_JAR, sha256="0" * 64)
    with pytest.raises(JarRefused, match="not the file"):
        jars.ensure([wrong_digest], tmp_path)
    assert not list(tmp_path.iterdir())
