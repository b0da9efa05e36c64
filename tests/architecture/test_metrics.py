"""Every metric is documented: the table in docs/metrics.md is made from what is counted."""

from collections import Counter

from errand.observability import metrics
from errand.observability.documented import buckets, metrics_table
from errand.observability.queue_metrics import ABOUT_QUEUES
from tests.architecture.project import ROOT


def test_the_documented_metrics_are_those_there_are() -> None:
    documented = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")

    assert metrics_table() in documented, "run `make docs`"
    assert buckets() in documented, "run `make docs`"


def test_whatever_is_counted_is_served_under_a_name_of_its_own() -> None:
    defined = [each for each in vars(metrics).values() if isinstance(each, metrics.Counted | metrics.Timed)]
    names = Counter(about.name for about in (*(each.about for each in defined), *ABOUT_QUEUES))

    assert [each for each in defined if each not in (*metrics.COUNTED, *metrics.TIMED)] == []
    assert {name for name, count in names.items() if count > 1} == set()
    assert {name for name in names if not name.startswith("errand_")} == set()
