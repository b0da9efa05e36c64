"""Which installation the settings are for."""

from errand.config import Settings
from errand.container.abilities import Abilities
from errand.container.distributed import Distributed
from errand.container.embedded import Embedded
from errand.container.parts import AbilitiesType
from errand.domain.errors import SetupError


def open_installation(settings: Settings, abilities: AbilitiesType = Abilities) -> Embedded | Distributed:
    """Raises SetupError when they can not be used, and StoreAway when the database does not answer."""
    if bool(settings.database_url) != bool(settings.broker_url):
        there, missing = ("DATABASE", "BROKER") if settings.database_url else ("BROKER", "DATABASE")
        raise SetupError(
            f"ERRAND_{there}_URL is set and ERRAND_{missing}_URL is not: set both for processes of their "
            "own, or neither for one process."
        )
    if settings.database_url is None:
        return Embedded(settings, abilities=abilities)
    return Distributed(settings, abilities=abilities)
