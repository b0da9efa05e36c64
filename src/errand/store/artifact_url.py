"""From ERRAND_ARTIFACTS_URL to what keeps artifacts."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from errand.domain.errors import SetupError
from errand.store.artifact_cache import CachedArtifacts
from errand.store.artifacts import ArtifactFolder, Artifacts
from errand.store.s3_setup import S3Setup

_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]")
_PREFIX = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


def open_artifacts(url: str, *, home_folder: Path, s3: S3Setup) -> Artifacts:
    """`s3://bucket/prefix`, `file:///folder`, or nothing for a folder in ERRAND_HOME.

    Nothing is asked of it yet (that is `check`). Raises SetupError for anything else.
    """
    if not url:
        return ArtifactFolder(home_folder / "artifacts")
    try:
        parts = urlsplit(url)
    except ValueError:
        raise SetupError(_USE) from None
    if parts.query or parts.fragment:
        raise SetupError(f"ERRAND_ARTIFACTS_URL ends in ? or # and more: {_EXAMPLES}.")
    if parts.scheme == "file":
        return _folder(parts.netloc, unquote(parts.path))
    if parts.scheme == "s3":
        return CachedArtifacts(
            _bucket(parts.netloc, parts.path.strip("/"), s3), home_folder / "artifact-cache"
        )
    raise SetupError(_USE)


_EXAMPLES = "write s3://bucket/prefix, file:///folder, or leave it empty for a folder in ERRAND_HOME"
_USE = f"ERRAND_ARTIFACTS_URL is no address that artifacts can be kept at: {_EXAMPLES}."


def _folder(host: str, path: str) -> Artifacts:
    if host not in ("", "localhost") or not path.startswith("/") or "\0" in path:
        raise SetupError("ERRAND_ARTIFACTS_URL needs a whole path for a folder: write file:///srv/artifacts.")
    return ArtifactFolder(Path(path))


def _bucket(bucket: str, prefix: str, s3: S3Setup) -> Artifacts:
    if "@" in bucket:
        raise SetupError(
            "ERRAND_ARTIFACTS_URL holds a key or a password: put them into ERRAND_S3_ACCESS_KEY and "
            "ERRAND_S3_SECRET_KEY."
        )
    if not _BUCKET.fullmatch(bucket):
        raise SetupError("ERRAND_ARTIFACTS_URL names no bucket: write s3://bucket/prefix.")
    if prefix and not _PREFIX.fullmatch(prefix):
        raise SetupError(
            "ERRAND_ARTIFACTS_URL has a prefix of other characters than letters, digits and . _ - /: write "
            "s3://bucket/prefix."
        )
    try:
        from errand.store.artifact_bucket import ArtifactBucket
    except ModuleNotFoundError as error:
        raise SetupError(
            "Artifacts in S3-compatible storage need the extra `s3`: run `pip install 'errand[s3]'`."
        ) from error
    return ArtifactBucket(bucket, prefix, s3)
