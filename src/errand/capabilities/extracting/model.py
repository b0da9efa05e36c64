"""What extraction gives."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from errand.capabilities.text.model import Quotation
from errand.capability import ArtifactRef


class ExtractionRef(ArtifactRef):
    """A stored Extraction (JSON)."""

    kind: ClassVar[str] = "extraction"


class Place(BaseModel):
    """Where one value is from."""

    model_config = ConfigDict(frozen=True)

    path: str = Field(description="Which value: `total`, `items[0].price`.")
    passage: Quotation


class Extraction(BaseModel):
    values: dict[str, JsonValue] = Field(
        description="The object that was asked for; null where nothing was found."
    )
    places: tuple[Place, ...] = Field(description="One for each value that is not null.")
    missing: tuple[str, ...] = Field(default=(), description="Paths of what was not found.")
    made_by: str = Field(description="`a model` or `rules`.")
    remarks: tuple[str, ...] = ()
