"""What every keeper of `errand.store.artifacts.Artifacts` promises."""

import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PosixPath
from typing import BinaryIO

import pytest
from pydantic import SecretStr

from errand.domain.errors import InputRefused
from errand.store.artifact_bucket import ArtifactBucket
from errand.store.artifact_cache import CachedArtifacts
from errand.store.artifacts import ArtifactFolder, Artifacts, place_of
from errand.store.s3_setup import S3Setup
from tests.installation import LONG_ENOUGH
from tests.servers.s3 import S3Server

MORE_THAN_A_PART = 9_000_000


@dataclass(frozen=True)
class Kept:
    artifacts: Artifacts
    elsewhere: Artifacts
    """The same as another machine sees it."""
    places: Callable[[], list[str]]
    """Of everything that is there, whole or not."""
    overwrite: Callable[[str, bytes], object]
    """What is stored at a place, past every check."""


def in_folder(tmp_path: Path, request: pytest.FixtureRequest) -> Kept:
    del request
    folder = tmp_path / "kept"
    return Kept(
        ArtifactFolder(folder),
        ArtifactFolder(folder),
        lambda: sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()),
        lambda place, content: (folder / place).write_bytes(content),
    )


def in_bucket(tmp_path: Path, request: pytest.FixtureRequest) -> Kept:
    del tmp_path
    server: S3Server = request.getfixturevalue("s3")
    bucket = server.new_bucket()
    setup = S3Setup(server.url, "", "the-id", SecretStr("the-secret"))
    return Kept(
        ArtifactBucket(bucket, "", setup),
        ArtifactBucket(bucket, "", setup),
        lambda: server.keys_in(bucket) + server.unfinished_uploads(bucket),
        lambda place, content: server.ask("PUT", f"/{bucket}/{place}", content),
    )


def in_bucket_with_cache(tmp_path: Path, request: pytest.FixtureRequest) -> Kept:
    far = in_bucket(tmp_path, request)
    one, other = (CachedArtifacts(far.artifacts, tmp_path / name) for name in ("one", "other"))
    return Kept(one, other, far.places, far.overwrite)


@pytest.fixture(params=[in_folder, in_bucket, in_bucket_with_cache], ids=lambda made: made.__name__)
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    made: Kept = request.param(tmp_path, request)
    return made


@pytest.mark.parametrize("content", [b"", b"content", b"x" * MORE_THAN_A_PART], ids=["none", "some", "much"])
def test_content_is_stored_once_and_found_by_its_hash(kept: Kept, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "given.txt").write_bytes(content)
    digest = kept.artifacts.put(content)
    assert digest == hashlib.sha256(content).hexdigest()
    assert kept.artifacts.put(content) == kept.artifacts.put_file(tmp_path / "given.txt") == digest
    assert kept.artifacts.get(digest) == content
    assert kept.artifacts.holds(digest)
    assert kept.places() == [place_of(digest)]


def test_a_large_file_is_stored_as_it_is(kept: Kept, tmp_path: Path) -> None:
    content = bytes(range(256)) * (3 * MORE_THAN_A_PART // 256)
    (tmp_path / "large").write_bytes(content)
    assert kept.artifacts.get(kept.artifacts.put_file(tmp_path / "large")) == content


def test_what_is_missing_is_said_in_a_sentence(kept: Kept) -> None:
    assert not kept.artifacts.holds("0" * 64)
    with pytest.raises(InputRefused, match="The stored file 000000000000… is missing"):
        kept.artifacts.get("0" * 64)


@pytest.mark.parametrize("digest", ["../../etc/passwd", "", "0" * 63, "G" * 64, "0" * 63 + "\n"])
def test_only_a_hash_reaches_an_artifact(kept: Kept, digest: str) -> None:
    with pytest.raises(InputRefused, match="is not the hash of a stored file"):
        kept.artifacts.get(digest)
    with pytest.raises(InputRefused, match="is not the hash of a stored file"):
        kept.artifacts.holds(digest)


def test_content_that_was_altered_is_refused(kept: Kept) -> None:
    digest = kept.artifacts.put(b"content")
    kept.overwrite(place_of(digest), b"CONTENT")
    with pytest.raises(InputRefused, match="is damaged: restore it"):
        kept.elsewhere.get(digest)


def test_content_that_was_cut_short_is_stored_again(kept: Kept) -> None:
    digest = kept.artifacts.put(b"content")
    kept.overwrite(place_of(digest), b"cont")
    kept.artifacts.put(b"content")
    assert kept.elsewhere.get(digest) == b"content"


def test_many_writers_of_the_same_content_do_not_meet(kept: Kept) -> None:
    start = threading.Barrier(8)

    def put(n: int) -> str:
        start.wait(LONG_ENOUGH)
        return kept.artifacts.put(b"content") if n % 2 else kept.artifacts.put(b"other content")

    with ThreadPoolExecutor(8) as pool:
        digests = list(pool.map(put, range(8)))
    assert {kept.artifacts.get(each) for each in digests} == {b"content", b"other content"}
    assert len(kept.places()) == 2


class GrowingFile(PosixPath):
    """A file that somebody else writes to, each time before it is read."""

    def open(self, mode: str = "rb") -> BinaryIO:  # type: ignore[override]  # as much as is used
        assert mode == "rb"
        with Path(self).open("ab") as writing:
            writing.write(b"one more")
        return Path(self).open("rb")


def test_a_file_that_changes_while_it_is_read_leaves_nothing(kept: Kept, tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"x" * MORE_THAN_A_PART)
    with pytest.raises(InputRefused, match="log was changed while it was read: attach it again"):
        kept.artifacts.put_file(GrowingFile(tmp_path / "log"))
    assert kept.places() == []


def test_a_place_that_can_be_used_passes_the_check(kept: Kept) -> None:
    kept.artifacts.check()
    kept.artifacts.put(b"content")
    kept.artifacts.check()
    assert kept.artifacts.get(hashlib.sha256(b"content").hexdigest()) == b"content"
