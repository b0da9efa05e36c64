"""Which capabilities of a large catalogue the model is shown."""

from errand.planning.model.narrowing import MOST, narrowed
from tests.unit.planning.known import KNOWN
from tests.unit.planning_model.made import described

OTHERS = {
    f"garden.plant{n}": described(f"garden.plant{n}", "seed", "plant", told=f"Plant the seed number {n}.")
    for n in range(60)
}
LARGE = {**OTHERS, **KNOWN}


def test_a_small_catalogue_is_shown_whole() -> None:
    assert narrowed("Analyze the ratios.", KNOWN) is KNOWN


def test_what_the_request_speaks_of_stays_with_what_it_needs() -> None:
    shown = narrowed("Compute the financial ratios of this company.", LARGE)
    assert {"financials.ratios", "financials.statements", "filing.facts"} <= shown.keys()
    assert len(shown) <= MOST + 5


def test_reading_writing_and_checking_always_stay() -> None:
    shown = narrowed("Plant a seed.", LARGE)
    assert {"documents.read", "report.compose", "result.check"} <= shown.keys()


def test_what_is_to_be_kept_stays_whatever_the_request_says() -> None:
    assert "garden.plant59" in narrowed("Summarize this report.", LARGE, keep={"garden.plant59"})


def test_a_request_in_another_language_is_shown_all() -> None:
    german = "Fasse bitte diesen Bericht zusammen und schreibe mir, welche Risiken das Unternehmen nennt."
    assert narrowed(german, LARGE) is LARGE


def test_the_same_request_is_shown_the_same() -> None:
    text = "Summarize the risks and draw a chart of the revenue."
    shown = narrowed(text, LARGE)
    assert list(shown) == list(narrowed(text, dict(reversed(LARGE.items()))))
