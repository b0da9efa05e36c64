"""Artifacts in S3-compatible storage that refuses, is slow, or is away."""

import hashlib
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from pydantic import SecretStr

from errand.domain.errors import StoreAway, StoreUnavailable
from errand.store.artifact_bucket import ArtifactBucket
from errand.store.artifact_url import open_artifacts
from errand.store.artifacts import Artifacts, hash_of, place_of
from errand.store.s3_setup import S3Setup
from tests.installation import LONG_ENOUGH
from tests.servers.s3 import S3Server
from tests.servers.s3_faulty import FaultyServer

KEY, SECRET = "AKIATHEKEYOFSOMEBODY", "the/secret+of/somebody"
LARGE = 150_000_000
CONTENT = bytes(range(256)) * 10_000
DIGEST = hashlib.sha256(CONTENT).hexdigest()

PUT_FILE = """
import re, sys
from pathlib import Path
from errand.store.artifact_url import open_artifacts
from errand.store.s3_setup import S3Setup
from pydantic import SecretStr

def most_bytes() -> int:  # not getrusage: that counts from before this program was started
    return int(re.search(r"VmHWM:\\s*(\\d+) kB", Path("/proc/self/status").read_text())[1]) * 1024

setup = S3Setup(sys.argv[1], access_key="key", secret_key=SecretStr("secret"))
artifacts = open_artifacts(sys.argv[2], home_folder=Path(sys.argv[3]), s3=setup)
artifacts.put(b"what is loaded for the first is loaded")
before = most_bytes()
print(artifacts.put_file(Path(sys.argv[4])))
print(most_bytes() - before)
"""

FORK = """
import os, sys
from pathlib import Path
from errand.store.artifact_url import open_artifacts
from errand.store.s3_setup import S3Setup
from pydantic import SecretStr

setup = S3Setup(sys.argv[1], access_key="key", secret_key=SecretStr("secret"))
artifacts = open_artifacts(sys.argv[2], home_folder=Path("unused"), s3=setup)
artifacts.holds("0" * 64)
child = os.fork()
if child:
    sys.exit(os.waitpid(child, 0)[1])
try:
    artifacts.holds("0" * 64)
except RuntimeError as error:
    print(f"in the fork: {error}", flush=True)
os._exit(0)
"""


def bucket(endpoint: str, name: str, *, patience_seconds: float = LONG_ENOUGH) -> Artifacts:
    setup = S3Setup(endpoint, "", KEY, SecretStr(SECRET))
    return ArtifactBucket(name, "some/where", setup, patience_seconds=patience_seconds)


@pytest.fixture
def large(tmp_path: Path) -> Path:
    with (tmp_path / "large").open("wb") as file:
        file.truncate(LARGE)
    return tmp_path / "large"


def putting(server: S3Server, name: str, home: Path, file: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PUT_FILE, server.url, f"s3://{name}", str(home), str(file)],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def wait_for_parts(server: S3Server, name: str, process: subprocess.Popen[str]) -> None:
    while process.poll() is None and not server.unfinished_uploads(name):
        pass


def test_everything_is_below_the_prefix(s3: S3Server) -> None:
    name = s3.new_bucket()
    digest = bucket(s3.url, name).put(b"content")
    assert s3.keys_in(name) == [f"some/where/{place_of(digest)}"]


def test_a_large_file_goes_up_without_being_held_in_memory(s3: S3Server, tmp_path: Path, large: Path) -> None:
    with putting(s3, s3.new_bucket(), tmp_path / "home", large) as process:
        said, _ = process.communicate(timeout=LONG_ENOUGH)
    digest, grown_bytes = said.split()
    assert digest == hash_of(large)
    assert int(grown_bytes) < LARGE / 2


def test_an_upload_that_is_killed_leaves_nothing_to_be_found(
    s3: S3Server, tmp_path: Path, large: Path
) -> None:
    name = s3.new_bucket()
    with putting(s3, name, tmp_path / "home", large) as process:
        wait_for_parts(s3, name, process)
        process.kill()
    artifacts = open_artifacts(
        f"s3://{name}", home_folder=tmp_path, s3=S3Setup(s3.url, "", KEY, SecretStr(SECRET))
    )
    assert process.returncode == -9
    assert not artifacts.holds(hash_of(large))
    assert artifacts.get(artifacts.put_file(large)) == large.read_bytes()


def test_a_pause_of_the_storage_is_waited_for(own_s3: S3Server) -> None:
    artifacts = bucket(own_s3.url, own_s3.new_bucket())
    digest = artifacts.put(b"content")
    own_s3.pause()
    resumed = threading.Timer(1.0, own_s3.resume)
    resumed.start()
    assert artifacts.get(digest) == b"content"
    resumed.join()


def test_storage_that_is_busy_for_a_moment_is_asked_again() -> None:
    with FaultyServer(CONTENT, busy_times=2).running() as server:
        assert bucket(server.url, "any").get(DIGEST) == CONTENT
        assert len(server.asked) == 3


def test_storage_that_stays_busy_is_away() -> None:
    with FaultyServer(CONTENT, busy_times=10_000).running() as server:
        artifacts = bucket(server.url, "any", patience_seconds=2.0)
        with pytest.raises(StoreAway, match=r"does not answer now \(SlowDown\)"):
            artifacts.get(DIGEST)


def test_a_download_that_breaks_off_goes_on_from_where_it_was() -> None:
    with FaultyServer(CONTENT, cut_times=2).running() as server:
        assert bucket(server.url, "any").get(DIGEST) == CONTENT
        assert len(server.asked) == 3
        assert all(each.startswith("bytes=") for each in server.asked[1:])


def test_storage_that_does_not_answer_is_away_within_the_patience(own_s3: S3Server) -> None:
    artifacts = bucket(own_s3.url, own_s3.new_bucket(), patience_seconds=2.0)
    digest = artifacts.put(b"content")
    own_s3.pause()
    with pytest.raises(StoreAway, match="does not answer now"):
        artifacts.get(digest)
    own_s3.kill()
    with pytest.raises(StoreAway, match="does not answer now"):
        artifacts.put(b"other content")
    with pytest.raises(StoreAway, match="does not answer now"):
        artifacts.check()


def test_keys_that_are_refused_are_said_and_not_shown(own_s3: S3Server) -> None:
    artifacts = bucket(own_s3.url, own_s3.new_bucket())
    own_s3.refuse_all_keys()
    with pytest.raises(
        StoreUnavailable, match=r"refuses Errand \(InvalidAccessKeyId\): check the keys"
    ) as told:
        artifacts.check()
    with pytest.raises(StoreUnavailable, match="refuses Errand"):
        artifacts.put(b"content")
    assert not isinstance(told.value, StoreAway)
    assert (KEY in str(told.value), SECRET in str(told.value)) == (False, False)
    assert told.value.__suppress_context__


def test_use_on_both_sides_of_a_fork_is_refused_and_does_not_hang(s3: S3Server) -> None:
    used = subprocess.run(
        [sys.executable, "-c", FORK, s3.url, f"s3://{s3.new_bucket()}"],
        capture_output=True, text=True, timeout=LONG_ENOUGH, check=False,
    )  # fmt: skip
    assert used.stdout == "in the fork: Storage that was used before a fork is used after it.\n"
    assert used.returncode == 0


def test_a_bucket_that_is_not_there_is_said_in_a_sentence(s3: S3Server) -> None:
    artifacts = bucket(s3.url, "nowhere")
    said = f"There is no bucket for s3://nowhere/some/where at {s3.url}: make it"
    with pytest.raises(StoreUnavailable, match=said):
        artifacts.check()
    with pytest.raises(StoreUnavailable, match=said):
        artifacts.put(b"content")
    with pytest.raises(StoreUnavailable, match=said):
        artifacts.get("0" * 64)
