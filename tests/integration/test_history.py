"""What earlier work took, as an estimate reads it."""

from pydantic import BaseModel

from errand.capability import Capability, Context, capability
from errand.domain.budget import Amounts, Usage
from errand.store.history import typical
from tests.installation import Number, step
from tests.integration.conftest import Make


def test_a_capability_takes_what_its_jobs_took_that_succeeded(make: Make) -> None:
    plan = (step("a", "test.spend", value=100), step("b", "test.spend", value=300), step("c", "test.refuse"))
    made = make(*plan, more=[_spending()])
    made.run()
    with made.database.read() as connection:
        found = typical(connection)
    assert found["test.spend"].microdollars == 200
    assert 0.0 <= found["test.spend"].seconds < 60.0
    assert "test.refuse" not in found


def test_without_earlier_work_nothing_is_known(make: Make) -> None:
    made = make()
    with made.database.read() as connection:
        assert typical(connection) == {}


def _spending() -> Capability[Number, BaseModel]:
    @capability("test.spend")
    def spend(given: Number, context: Context) -> Number:
        """Spend as many microdollars on a model."""
        held = context.meter.reserve("m", "work", Amounts(microdollars=1_000, tokens=10, calls=1))
        context.meter.settle(held, Amounts(given.value, 10, 1), Usage(5, 0, 5))
        return given

    return spend  # type: ignore[return-value]  # as Catalogue
