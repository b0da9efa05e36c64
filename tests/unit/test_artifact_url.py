"""From ERRAND_ARTIFACTS_URL to what keeps artifacts."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from errand.domain.errors import SetupError
from errand.store.artifact_url import open_artifacts
from errand.store.artifacts import place_of
from errand.store.s3_setup import S3Setup


@pytest.mark.parametrize(
    ("url", "folder"),
    [("", "artifacts"), ("file://{}/kept", "kept"), ("file://localhost{}/with%20blank", "with blank")],
)
def test_a_folder_is_used(tmp_path: Path, url: str, folder: str) -> None:
    artifacts = open_artifacts(url.format(tmp_path), home_folder=tmp_path, s3=S3Setup())
    digest = artifacts.put(b"content")
    assert (tmp_path / folder / place_of(digest)).read_bytes() == b"content"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("/srv/artifacts", "is no address that artifacts can be kept at: write s3://bucket/prefix"),
        ("https://key:hush@example.org/bucket", "is no address that artifacts can be kept at"),
        ("s3://[hush", "is no address that artifacts can be kept at"),
        ("file://elsewhere/srv", "needs a whole path for a folder"),
        ("file:srv", "needs a whole path for a folder"),
        ("file:///srv%00", "needs a whole path for a folder"),
        ("s3:///prefix", "names no bucket"),
        ("s3://buck et/hush", "names no bucket"),
        ("s3://key:hush@bucket/prefix", "holds a key or a password: put them into ERRAND_S3_ACCESS_KEY"),
        ("s3://bucket/prefix?key=hush", r"ends in \? or # and more"),
        ("s3://bucket/../hush", "has a prefix of other characters"),
        ("s3://bucket/a//b", "has a prefix of other characters"),
    ],
)
def test_what_can_not_be_used_is_said_without_being_shown(tmp_path: Path, url: str, said: str) -> None:
    with pytest.raises(SetupError, match=f"^ERRAND_ARTIFACTS_URL {said}") as told:
        open_artifacts(url, home_folder=tmp_path, s3=S3Setup())
    assert "hush" not in str(told.value)


@pytest.mark.parametrize(
    "endpoint",
    [
        "minio:9000",
        "ftp://minio",
        "https://key:hush@minio",
        "http://minio/?hush",
        "http://mi nio",
        "http://minio:99999",
    ],
)
def test_an_endpoint_that_can_not_be_used_is_said_without_being_shown(endpoint: str) -> None:
    with pytest.raises(SetupError, match="ERRAND_S3_ENDPOINT is no address of a server") as told:
        S3Setup(endpoint)
    assert "hush" not in str(told.value)


def test_half_a_pair_of_keys_is_refused() -> None:
    with pytest.raises(SetupError, match="Only one of ERRAND_S3_ACCESS_KEY and ERRAND_S3_SECRET_KEY"):
        S3Setup(access_key="the key")
    with pytest.raises(SetupError, match="Only one of ERRAND_S3_ACCESS_KEY and ERRAND_S3_SECRET_KEY"):
        S3Setup(secret_key=SecretStr("the secret"))


@pytest.mark.parametrize(
    ("access_key", "secret_key"), [("the-key\n", "the-secret"), ("the-key", "the-secret\n"), ("the-kéy", "s")]
)
def test_keys_that_can_not_be_sent_are_refused(access_key: str, secret_key: str) -> None:
    with pytest.raises(SetupError, match="holds characters that no key has") as told:
        S3Setup(access_key=access_key, secret_key=SecretStr(secret_key))
    assert "the-" not in str(told.value)


def test_a_region_that_can_not_be_sent_is_refused() -> None:
    with pytest.raises(SetupError, match="ERRAND_S3_REGION is no region"):
        S3Setup(region="eu central\n")


def test_a_setup_shows_no_key() -> None:
    shown = repr(S3Setup("https://minio", "", "the-key", SecretStr("the-secret")))
    assert ("the-key" in shown, "the-secret" in shown) == (False, False)
