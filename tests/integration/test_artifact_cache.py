"""What was lately read from far away: the far place is a folder that is emptied behind the cache's back."""

import shutil
from pathlib import Path

import pytest

from errand.domain.errors import InputRefused
from errand.store.artifact_cache import CachedArtifacts
from errand.store.artifacts import ArtifactFolder, place_of


def test_what_was_read_or_made_here_is_not_asked_for_again(tmp_path: Path) -> None:
    far = ArtifactFolder(tmp_path / "far")
    cached = CachedArtifacts(far, tmp_path / "near")
    made, read, neither = cached.put(b"made"), far.put(b"read"), far.put(b"neither")
    assert cached.get(read) == b"read"
    shutil.rmtree(tmp_path / "far")
    assert (cached.get(made), cached.get(read)) == (b"made", b"read")
    with pytest.raises(InputRefused, match="is missing"):
        cached.get(neither)
    assert not cached.holds(made)


def test_it_stays_within_its_bound_and_keeps_what_was_used_last(tmp_path: Path) -> None:
    far = ArtifactFolder(tmp_path / "far")
    cached = CachedArtifacts(far, tmp_path / "near", most_bytes=16_000)
    often = cached.put(b"often".ljust(1_000))
    for n in range(100):
        cached.put(str(n).encode().ljust(1_000))
        cached.get(often)
    kept = [path for path in (tmp_path / "near").rglob("*") if path.is_file()]
    assert 8_000 <= sum(path.stat().st_size for path in kept) <= 18_000
    assert tmp_path / "near" / place_of(often) in kept


def test_what_another_process_left_counts_for_the_bound(tmp_path: Path) -> None:
    far = ArtifactFolder(tmp_path / "far")
    before = CachedArtifacts(far, tmp_path / "near", most_bytes=1_000_000)
    for n in range(100):
        before.put(str(n).encode().ljust(1_000))
    CachedArtifacts(far, tmp_path / "near", most_bytes=16_000).put(b"one more")
    kept = [path for path in (tmp_path / "near").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in kept) <= 16_000


def test_what_is_too_large_for_it_is_not_kept(tmp_path: Path) -> None:
    cached = CachedArtifacts(ArtifactFolder(tmp_path / "far"), tmp_path / "near", most_bytes=16_000)
    digest = cached.put(b"x" * 5_000)
    assert cached.get(digest) == b"x" * 5_000
    assert [path for path in (tmp_path / "near").rglob("*") if path.is_file()] == []


def test_what_was_damaged_near_is_read_from_far(tmp_path: Path) -> None:
    cached = CachedArtifacts(ArtifactFolder(tmp_path / "far"), tmp_path / "near")
    digest = cached.put(b"content")
    (tmp_path / "near" / place_of(digest)).write_bytes(b"CONTENT")
    assert cached.get(digest) == b"content"
    assert (tmp_path / "near" / place_of(digest)).read_bytes() == b"content"


def test_a_cache_that_can_not_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "near").write_text("a file stands in the way")
    cached = CachedArtifacts(ArtifactFolder(tmp_path / "far"), tmp_path / "near")
    assert cached.get(cached.put(b"content")) == b"content"
