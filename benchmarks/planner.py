"""How well the rule planner finds the tools of a request and their links: TaskBench's n-F1 and e-F1.

    python benchmarks/planner.py DIR          score the committed weights on every DOMAIN.jsonl of a folder
    python benchmarks/planner.py DIR --fit    learn the weights again, with figures from held-out domains

DIR holds `DOMAIN.tools.json` (the catalogue) and `DOMAIN.jsonl` (`request`, gold `tools` and `links`).
Nothing is told to the planner but the names, descriptions and types of the catalogue.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from errand.capability import CapabilityDescription, Slot
from errand.planning.rules.choosing import (
    TOGETHER_FEATURES,
    Outline,
    dot,
    judged_alone,
    judged_together,
    outline,
)
from errand.planning.rules.clauses import clauses
from errand.planning.rules.features import FEATURES, Features, table
from errand.planning.rules.index import Index
from errand.planning.rules.reading import Reading, read
from errand.planning.rules.tokens import tokens
from errand.planning.rules.weights import SHIPPED, Weights

PUBLISHED = {
    "gpt-4": {"huggingface": (81.5, 54.7), "multimedia": (90.9, 69.3), "dailylifeapis": (96.9, 80.5)},
    "claude-2": {"huggingface": (79.0, 43.5), "multimedia": (80.9, 53.0), "dailylifeapis": (93.5, 75.3)},
    "gpt-3.5-turbo": {"huggingface": (69.5, 33.4), "multimedia": (72.8, 44.0), "dailylifeapis": (85.4, 60.7)},
    "codellama-13b": {"huggingface": (53.2, 14.6), "multimedia": (62.8, 24.6), "dailylifeapis": (87.7, 63.2)},
    "vicuna-13b": {"huggingface": (50.8, 7.3), "multimedia": (60.6, 14.8), "dailylifeapis": (75.7, 12.5)},
}
"""n-F1 and e-F1 on all of TaskBench (Shen et al., 2023, arXiv 2311.18760), prompted with two examples."""


@dataclass(frozen=True)
class Sample:
    request: str
    tools: frozenset[str]
    links: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Domain:
    name: str
    index: Index
    samples: tuple[Sample, ...]


@dataclass(frozen=True)
class Figures:
    nodes: float
    edges: float
    exact: float
    milliseconds: float
    sure: tuple[tuple[float, bool], ...] = ()
    """Of each chosen tool, its score and whether it is among the gold ones."""


def domains(folder: Path) -> list[Domain]:
    found = []
    for catalogue in sorted(folder.glob("*.tools.json")):
        name = catalogue.name.removesuffix(".tools.json")
        lines = (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        index = Index(descriptions(json.loads(catalogue.read_text(encoding="utf-8"))))
        found.append(Domain(name, index, tuple(_sample(json.loads(line)) for line in lines if line.strip())))
    if not found:
        sys.exit(f"{folder} holds no DOMAIN.tools.json")
    return found


def _sample(line: Mapping[str, object]) -> Sample:
    tools, links = line["tools"], line["links"]
    if not isinstance(tools, list) or not isinstance(links, list):
        sys.exit("A sample needs lists of tools and links")
    return Sample(
        str(line["request"]), frozenset(map(str, tools)), frozenset((str(a), str(b)) for a, b in links)
    )


def descriptions(tools: Sequence[Mapping[str, object]]) -> dict[str, CapabilityDescription]:
    """The catalogue as the planner gets it from anyone."""
    found = {}
    for tool in tools:
        name, told = str(tool["id"]), str(tool["desc"])
        found[name] = CapabilityDescription(name, told, _slots(tool, "input"), _slots(tool, "output"))
    return found


def _slots(tool: Mapping[str, object], side: str) -> tuple[Slot, ...]:
    kinds, parameters = tool.get(f"{side}-type"), tool.get("parameters")
    if isinstance(kinds, list):
        return tuple(Slot(f"{side}_{number}", str(kind).lower()) for number, kind in enumerate(kinds))
    if side == "input" and isinstance(parameters, list):
        return tuple(Slot(str(p["name"]), "text", str(p["desc"])) for p in parameters)
    return ()


def score(domain: Domain, judge: Weights = SHIPPED, keep: Callable[[int], bool] = lambda _: True) -> Figures:
    """Micro F1 over the tools and over the links of all samples that `keep` lets through."""
    nodes, edges, sure, exact = [], [], [], 0
    began = time.perf_counter()
    kept = [sample for number, sample in enumerate(domain.samples) if keep(number)]
    for sample in kept:
        found = outline(sample.request, domain.index, judge=judge)
        tools = frozenset(found.name(choice) for choice in found.choices)
        links = frozenset((found.name(a), found.name(b)) for a, b in found.links)
        nodes.append((tools, sample.tools))
        edges.append((links, sample.links))
        exact += tools == sample.tools and links == sample.links
        sure += _sure(found, sample)
    spent = (time.perf_counter() - began) * 1000 / max(1, len(kept))
    return Figures(f1(nodes), f1(edges), 100 * exact / max(1, len(kept)), spent, tuple(sure))


def _sure(found: Outline, sample: Sample) -> list[tuple[float, bool]]:
    return [(choice.score, found.name(choice) in sample.tools) for choice in found.choices]


def f1(pairs: Sequence[tuple[frozenset[str] | frozenset[tuple[str, str]], frozenset[object]]]) -> float:
    hit = sum(len(found & gold) for found, gold in pairs)
    named = sum(len(found) + len(gold) for found, gold in pairs)
    return 200 * hit / named if named else 0.0


def report(found: list[Domain]) -> None:
    names = [domain.name for domain in found]
    figures = {domain.name: score(domain) for domain in found}
    print(f"{'n-F1 / e-F1':16}" + "".join(f"{name:>18}" for name in names) + f"{'mean':>18}")
    _row("rule planner", [(figures[name].nodes, figures[name].edges) for name in names])
    for model, published in PUBLISHED.items():
        _row(model, [published[name] for name in names if name in published])
    count = sum(len(domain.samples) for domain in found)
    scale = (211 / count) ** 0.5
    print(f"\nThe models' figures are published ones, on all 17,450 samples; ours are on the {count} given.")
    print(f"Sampling error of ours: about ± {5 * scale:.1f} n-F1 and ± {8 * scale:.1f} e-F1,")
    print("so the comparison is a rough one.")
    _details(figures)
    nodes = statistics.mean(each.nodes for each in figures.values())
    edges = statistics.mean(each.edges for each in figures.values())
    print(f"mean n-F1 {nodes:.1f} e-F1 {edges:.1f}")


def _row(name: str, values: list[tuple[float, float]]) -> None:
    if values:
        mean = tuple(statistics.mean(side) for side in zip(*values, strict=True))
        print(f"{name:16}" + "".join(f"{f'{n:.1f} / {e:.1f}':>18}" for n, e in (*values, mean)))


def _details(figures: Mapping[str, Figures]) -> None:
    print("\nExactly right: " + ", ".join(f"{name} {each.exact:.0f} %" for name, each in figures.items()))
    print("Time a plan: " + ", ".join(f"{name} {each.milliseconds:.1f} ms" for name, each in figures.items()))
    sure = [pair for each in figures.values() for pair in each.sure]
    for least, below in ((0.35, 0.5), (0.5, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1.01)):
        here = [right for value, right in sure if least <= value < below]
        if here:
            share = 100 * sum(here) / len(here)
            print(
                f"Tools scored {least:.2f} to {min(below, 1):.2f}: {len(here)}, of these right {share:.0f} %"
            )
    print()


# Learning the weights: logistic regression, a gold tool being the answer to the clause that fits it best.

START = {
    "bias": -3.0, "name": 1.5, "told": 0.7, "slot": 0.3, "name_cover": 2.0, "clause_cover": 1.0, "verb": 1.0,
    "first_verb": 0.5, "wanted_fits": 1.0, "wanted_misses": -1.0, "given_fits": 0.7, "given_misses": -0.7,
    "context": 0.3, "first": 0.5, "share": 0.5, "own": 0.5, "is_given": -2.0, "is_purpose": -1.0,
}  # fmt: skip
"""Where learning starts; only decides which clause a gold tool is first taken to answer."""

Rows = list[dict[int, Features]]
Case = tuple[frozenset[int], Rows]
Keep = Callable[[int], bool]


def _all(_: int) -> bool:
    return True


def fit(found: Sequence[Domain], keep: Keep = _all) -> Weights:
    alone = tuple(START.get(name, 0.0) for name in FEATURES)
    read_once = [_read_all(domain, keep) for domain in found]
    for _ in range(4):
        cases = [[(gold, rows) for gold, _, rows in domain] for domain in read_once]
        alone = _regress(cases, alone, ridge=1.0)
    judge = Weights(alone, ())
    beside = [
        [
            (gold, judged_together(readings, domain.index, judged_alone(rows, judge)))
            for gold, readings, rows in each
        ]
        for domain, each in zip(found, read_once, strict=True)
    ]
    together = tuple(float(name == "alone") for name in TOGETHER_FEATURES)
    for _ in range(3):
        together = _regress(beside, together, ridge=0.5)
    return Weights(alone, together)


def _read_all(domain: Domain, keep: Keep) -> list[tuple[frozenset[int], list[Reading], Rows]]:
    number = {entry.name: at for at, entry in enumerate(domain.index.entries)}
    found = []
    for at, sample in enumerate(domain.samples):
        if keep(at):
            readings = [read(clause, domain.index.types) for clause in clauses(tokens(sample.request))]
            gold = frozenset(number[tool] for tool in sample.tools if tool in number)
            found.append((gold, readings, table(readings, domain.index, frozenset())))
    return found


def _regress(found: Sequence[Sequence[Case]], by: Features, ridge: float) -> Features:
    """Newton's method; each domain weighs the same."""
    import numpy as np

    features, answers, weigh = [], [], []
    for domain in found:
        for gold, rows in domain:
            answered = _answered(gold, rows, by)
            for at, row in enumerate(rows):
                for number, values in row.items():
                    if number not in gold or (at, number) in answered:
                        features.append(values)
                        answers.append(float(number in gold))
                        weigh.append(70 / len(domain))
    x, y, w = np.array(features), np.array(answers), np.array(weigh)
    penalty = np.eye(x.shape[1]) * ridge
    penalty[0, 0] = 0.01
    beta = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ beta))
        hessian = (x.T * (w * p * (1 - p))) @ x + penalty
        beta -= np.linalg.solve(hessian, x.T @ (w * (p - y)) + penalty @ beta)
    return tuple(float(value) for value in beta)


def _answered(gold: frozenset[int], rows: Rows, by: Features) -> set[tuple[int, int]]:
    """Each gold tool with the clause that it answers best, one to one."""
    pairs = [(dot(by, row[n]), at, n) for at, row in enumerate(rows) for n in row if n in gold]
    found: dict[int, int] = {}
    for _, at, number in sorted(pairs, reverse=True):
        if number not in found and at not in found.values():
            found[number] = at
    return {(at, number) for number, at in found.items()}


def learn(found: list[Domain]) -> None:
    held_out = [score(d, fit([other for other in found if other is not d])) for d in found]
    _row("other domains", [(each.nodes, each.edges) for each in held_out])
    folds = [fit(found, lambda n, k=k: n % 5 != k) for k in range(5)]  # type: ignore[misc]  # a lambda's default
    parts = [[score(d, judge, lambda n, k=k: n % 5 == k) for k, judge in enumerate(folds)] for d in found]  # type: ignore[misc]  # the same
    _row(
        "five folds",
        [(statistics.mean(p.nodes for p in d), statistics.mean(p.edges for p in d)) for d in parts],
    )
    judge = fit(found)
    _row("all (shipped)", [(each.nodes, each.edges) for each in (score(d, judge) for d in found)])
    for names, values in ((FEATURES, judge.alone), (TOGETHER_FEATURES, judge.together)):
        print()
        for name, value in zip(names, values, strict=True):
            print(f"        {value:.3f},  # {name}")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("Give the folder that holds DOMAIN.jsonl and DOMAIN.tools.json")
    given = domains(Path(sys.argv[1]))
    (learn if "--fit" in sys.argv else report)(given)
