"""Where S3-compatible storage is, and who asks."""

import re
from dataclasses import dataclass, field

from pydantic import SecretStr

from errand.domain.errors import SetupError

_ENDPOINT = re.compile(r"https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:\d{1,5})?(/[A-Za-z0-9._/-]*)?")


@dataclass(frozen=True, slots=True)
class S3Setup:
    """What is empty comes from the AWS environment. Raises SetupError when it can not be used."""

    endpoint: str = ""
    """`https://minio.example.org`; a connection that is not encrypted only where it says `http://`."""
    region: str = ""
    access_key: str = field(default="", repr=False)
    secret_key: SecretStr | None = None

    def __post_init__(self) -> None:
        if bool(self.access_key) != bool(self.secret_key):
            raise SetupError(
                "Only one of ERRAND_S3_ACCESS_KEY and ERRAND_S3_SECRET_KEY is set: set both, or none for "
                "the keys of the AWS environment."
            )
        if self.endpoint and not _ENDPOINT.fullmatch(self.endpoint):
            raise SetupError(
                "ERRAND_S3_ENDPOINT is no address of a server: write https://host or http://host:port, "
                "without a user or a password."
            )
