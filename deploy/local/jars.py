"""The jars of the Kafka broker: jars.txt lists them with digests; they are downloaded once.

The package jgo downloads each listed jar. Here jgo does not resolve dependencies, because it chose
other versions than Kafka's. A jar is moved into the cache only when it is complete and has the
listed digest, so an interrupted download leaves nothing there.
"""

import hashlib
import os
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from deploy.local.server import StartFailed

LIST = Path(__file__).with_name("jars.txt")
PARALLEL_DOWNLOADS = 8
TRIES = 3
TIMEOUT_SECONDS = 60


class JarRefused(StartFailed):
    """A jar could not be downloaded, or its digest differs from the listed digest."""


@dataclass(frozen=True, kw_only=True)
class Jar:
    """One line of jars.txt: the Maven coordinates of a jar and its SHA-256 digest."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def file_name(self) -> str:
        return f"{self.artifact}-{self.version}.jar"


def read_list(path: Path = LIST) -> list[Jar]:
    """Return the jars that a file lists in lines like `group:artifact:version sha256:digest`."""
    lines = (line for line in path.read_text().splitlines() if not line.startswith("#"))
    return [_parse_jar(line) for line in lines]


def default_cache() -> Path:
    """Return the folder patron/jars in $XDG_CACHE_HOME or in ~/.cache."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "patron" / "jars"


def ensure(jars: Sequence[Jar], cache: Path) -> list[Path]:
    """Download the jars that the cache lacks; return the paths of all jars, which are verified."""
    cache.mkdir(parents=True, exist_ok=True)
    missing = [jar for jar in jars if not is_genuine(jar, cache / jar.file_name)]
    if missing:
        _fetch_all(missing, cache)
    return [cache / jar.file_name for jar in jars]


def is_genuine(jar: Jar, path: Path) -> bool:
    """Return whether the file exists and has the listed digest."""
    if not path.exists():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == jar.sha256


def _parse_jar(line: str) -> Jar:
    coordinates, digest = line.split()
    group, artifact, version = coordinates.split(":")
    return Jar(group=group, artifact=artifact, version=version, sha256=digest.split(":")[1])


def _fetch_all(jars: Sequence[Jar], cache: Path) -> None:
    """Download jars in parallel and print the progress on standard error."""
    with ThreadPoolExecutor(PARALLEL_DOWNLOADS) as pool:
        fetches = [pool.submit(_fetch, jar, cache) for jar in jars]
        for done, fetch in enumerate(as_completed(fetches), start=1):
            fetch.result()
            if done % PARALLEL_DOWNLOADS == 0 or done == len(jars):
                print(f"Kafka broker's jars: {done} of {len(jars)} fetched", file=sys.stderr)


def _fetch(jar: Jar, cache: Path) -> None:
    """Download a jar into the cache; raise JarRefused after TRIES attempts."""
    failure: Exception | None = None
    for _ in range(TRIES):
        with tempfile.TemporaryDirectory(dir=cache, prefix=".partial-") as partial:
            try:
                _fetch_once(jar, Path(partial), cache)
                return
            except Exception as error:  # noqa: BLE001 - jgo raises the errors of requests
                failure = error
    raise JarRefused(f"{jar.file_name} could not be fetched: {failure}") from failure


def _fetch_once(jar: Jar, partial: Path, cache: Path) -> None:
    """Download a jar into a temporary folder, verify it, and move it into the cache."""
    from jgo.maven import MavenContext, PythonResolver  # noqa: PLC0415  make run needs no jgo

    context = MavenContext(resolver=PythonResolver(), repo_cache=partial, timeout=TIMEOUT_SECONDS)
    component = context.project(jar.group, jar.artifact).at_version(jar.version)
    file = component.artifact().resolve()
    if not is_genuine(jar, file):
        raise JarRefused(f"{jar.file_name} is not the file that {LIST.name} names.")
    file.replace(cache / jar.file_name)
