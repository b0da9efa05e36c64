"""What models cost: an own table, else the one that the package genai-prices brings, each with its date.

Nothing is fetched: a table is as old as its date says, and a newer one is a newer package or an own file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from errand.domain.budget import MICRO
from errand.domain.errors import ModelUnusable, SetupError
from errand.models.price import FREE, Price
from errand.models.setup import GGUF, address_of

if TYPE_CHECKING:  # half a second that only a model without an own price costs
    from genai_prices.types import ModelInfo, TieredPrices

RELEASED = {"0.2.3": date(2026, 11, 10)}
"""When releases of genai-prices, whose table has no date of its own, came out."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A price and where it is from."""

    price: Price
    source: str
    """`genai-prices 0.2.3`, the name of an own file; empty: nothing is known, and money is not counted."""
    as_of: date | None = None


IN_PROCESS = Listed(FREE, "in this process")
UNKNOWN = Listed(FREE, "")


class _OwnPrice(BaseModel):
    model_config = ConfigDict(extra="forbid")
    input: Decimal = Field(ge=0)
    output: Decimal = Field(ge=0)
    cached_input: Decimal | None = Field(default=None, ge=0)


class _OwnTable(BaseModel):
    model_config = ConfigDict(extra="forbid")
    as_of: date
    models: dict[str, _OwnPrice]


@dataclass(frozen=True, slots=True)
class Prices:
    """Built once; looks up by the name of a model as in the settings."""

    own: Mapping[str, Listed]
    allow_unknown: bool = False

    def of(self, name: str, context_tokens: int, now: datetime) -> Listed:
        """Raises ModelUnusable when nobody knows the price and unknown ones are not allowed."""
        listed = self.own.get(name) or self.own.get(_bare(name)) or _published(name, context_tokens, now)
        if listed is not None:
            return listed
        if self.allow_unknown:
            return UNKNOWN
        raise ModelUnusable(
            f"The price of {name} is not known, so no limit on money could be kept: write it into the file "
            "that ERRAND_PRICES names (docs/models.md), or set ERRAND_ALLOW_UNKNOWN_PRICE=true to have "
            "tokens and calls counted and no money."
        )


def read_prices(path: Path | None, *, allow_unknown: bool = False) -> Prices:
    """Raises SetupError when the file can not be read or is no table of prices."""
    if path is None:
        return Prices({}, allow_unknown)
    import yaml

    try:
        table = _OwnTable.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
        raise SetupError(f"The prices in {path} can not be read ({why}): correct ERRAND_PRICES.") from error
    except yaml.YAMLError as error:
        raise SetupError(f"The prices in {path} are not YAML: {' '.join(str(error).split())}.") from error
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors())
        raise SetupError(
            f"The prices in {path} can not be used ({faults}): docs/models.md shows what they look like."
        ) from error
    own = {name: Listed(_price(each), path.name, table.as_of) for name, each in table.models.items()}
    return Prices(own, allow_unknown)


def _price(own: _OwnPrice) -> Price:
    cached = own.input if own.cached_input is None else own.cached_input
    return Price(_micro(own.input), _micro(cached), _micro(own.output))


def _bare(name: str) -> str:
    """`qwen3` of `qwen3@http://127.0.0.1:8000/v1`."""
    return name.partition("@http")[0]


def _published(name: str, context_tokens: int, now: datetime) -> Listed | None:
    provider, _, model = name.partition(":")
    if provider == GGUF:
        return IN_PROCESS
    from genai_prices import __version__

    address = address_of(name)
    found = _at_address(_bare(name), address) if address else _by_provider(provider, model)
    price = None if found is None else _as_price(found, context_tokens, now)
    if price is None:
        return None
    return Listed(price, f"genai-prices {__version__}", RELEASED.get(__version__))


def _by_provider(provider: str, model: str) -> "ModelInfo | None":
    from genai_prices.data_snapshot import get_snapshot

    try:
        return get_snapshot().find_provider_model(model, None, provider, None)[1]
    except LookupError:
        return None


def _at_address(model: str, address: str) -> "ModelInfo | None":
    """A provider that publishes prices may be named by its address too."""
    from genai_prices.data_snapshot import get_snapshot

    try:
        return get_snapshot().find_provider_model(model, None, None, address)[1]
    except LookupError:
        return None


def _as_price(model: "ModelInfo", context_tokens: int, now: datetime) -> Price | None:
    """Never less than what is billed: where a price rises with the length of the prompt, the highest that
    this context reaches."""
    prices = model.get_prices(now)
    put_in, put_out = (_highest(each, context_tokens) for each in (prices.input_mtok, prices.output_mtok))
    if put_in is None or put_out is None:
        return None
    cached = _highest(prices.cache_read_mtok, context_tokens)
    written = _highest(prices.cache_write_mtok, context_tokens)
    return Price(
        input=_micro(put_in),
        cached_input=_micro(put_in if cached is None else cached),
        output=_micro(put_out),
        cache_write=None if written is None else _micro(written),
    )


def _highest(price: "Decimal | TieredPrices | None", context_tokens: int) -> Decimal | None:
    if price is None or isinstance(price, Decimal):
        return price
    return max([price.base, *(tier.price for tier in price.tiers if tier.start < context_tokens)])


def _micro(dollars: Decimal) -> int:
    return int(dollars * MICRO)
