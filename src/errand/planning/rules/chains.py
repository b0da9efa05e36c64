"""How a type can be made out of what is at hand: the cheapest capability for each, found over types."""

from collections.abc import Mapping
from types import MappingProxyType

from errand.capability import CapabilityDescription, Effects, Slot
from errand.planning.checking import SCALARS

IMPOSSIBLE = 1e9
_LONGEST = 40.0
"""Cost of the longest chain that is worth proposing."""
_TOLD = 0.2
"""Cost of a value that has to be taken out of the request's words."""


class Chains:
    """Costs count steps. What changes anything outside is never put in to make something."""

    def __init__(
        self,
        catalogue: Mapping[str, CapabilityDescription],
        at_hand: frozenset[str],
        closeness: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        """`closeness`: how much the request speaks of a capability, 0 to 1; decides between equal costs."""
        self._closeness = closeness
        self._usable = [c for c in catalogue.values() if c.effects is not Effects.OUTSIDE]
        self._cost: dict[str, float] = dict.fromkeys(at_hand, 0.0)
        self._maker: dict[str, CapabilityDescription] = {}
        self._settle()

    @property
    def reachable(self) -> frozenset[str]:
        """All types that are at hand or can be made."""
        return frozenset(self._cost)

    def maker(self, kind: str) -> CapabilityDescription | None:
        """What makes this type most cheaply; None when nothing can, or when it is at hand."""
        return self._maker.get(kind)

    def cost(self, kind: str) -> float:
        if kind in SCALARS:
            return _TOLD
        return self._cost.get(kind, IMPOSSIBLE)

    def _settle(self) -> None:
        """Until nothing gets cheaper; each round makes at least one more type known, so it ends."""
        changed = True
        while changed:
            changed = False
            for capability in self._usable:
                price = self._price(capability)
                if price > _LONGEST:
                    continue
                for slot in capability.outputs:
                    if slot.type not in _NEVER and price < self._cost.get(slot.type, IMPOSSIBLE) - 1e-9:
                        self._cost[slot.type] = price
                        self._maker[slot.type] = capability
                        changed = True

    def _cheapest(self, capability: CapabilityDescription) -> float:
        return min((self.cost(slot.type) for slot in one_of(capability)), default=0.0)

    def _price(self, capability: CapabilityDescription) -> float:
        near = self._closeness.get(capability.name, 0.0)
        needs = [self.cost(slot.type) for slot in needed(capability)]
        extra = 0.01 * len([slot for slot in capability.outputs if slot.type not in SCALARS])
        return 1.0 - 0.1 * near + extra + sum(needs) + self._cheapest(capability)


def needed(capability: CapabilityDescription) -> list[Slot]:
    return [slot for slot in capability.inputs if slot.required]


def one_of(capability: CapabilityDescription) -> list[Slot]:
    """What requires nothing but takes things needs one of these, or it would make something of nothing."""
    things = [slot for slot in capability.inputs if slot.type not in SCALARS]
    return [] if needed(capability) else things


_NEVER = SCALARS | {"file"}
"""Not made for want of it: a file is what the person attaches, or asks for."""


def makes(capability: CapabilityDescription, kind: str) -> Slot | None:
    """The output of that type, a single one before a list."""
    slots = [slot for slot in capability.outputs if slot.type == kind]
    return min(slots, key=lambda slot: slot.many, default=None)
