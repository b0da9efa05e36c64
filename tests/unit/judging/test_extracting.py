"""Values are taken out as they stand, each with its passage; what is not stated stays empty."""

from pathlib import Path

import pytest

from errand.capabilities.extracting.extract import ExtractOutput, extract_capability
from errand.capabilities.extracting.fields import FieldType, FieldWanted
from errand.capabilities.extracting.model import Extraction
from errand.capabilities.extracting.values import read_value, stands_in
from errand.domain.errors import InputRefused, LimitReached
from errand.domain.json import Json, JsonObject
from errand.model import Prompt, Reply, Role
from tests.unit.judging.desk import Desk, handing_in

INVOICE = """# Invoice 2025-118

Supplier: Brightwater Pumps Ltd

Invoice date: 3 March 2025

Please write to billing@brightwater.example with any questions.

The total amounts to $13,950.00 for the pump and its delivery.

| Item | Quantity | Price |
|---|---|---|
| Pump P-100 | 1 | 12,400.00 |
| Delivery | 2 | 775.00 |
"""
SCHEMA: JsonObject = {
    "type": "object",
    "properties": {
        "supplier": {"type": "string"},
        "invoiceDate": {"type": ["string", "null"], "format": "date"},
        "email": {"type": "string", "format": "email"},
        "total": {"type": "number"},
        "vat_number": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "items": {"type": "array", "items": {"$ref": "#/$defs/item"}},
    },
    "$defs": {
        "item": {
            "type": "object",
            "properties": {
                "item": {"type": "string"},
                "quantity": {"type": "integer"},
                "price": {"type": "number"},
            },
        }
    },
}
READ = {
    "supplier": "Brightwater Pumps Ltd",
    "invoiceDate": "2025-03-03",
    "email": "billing@brightwater.example",
    "total": 13950,
    "vat_number": None,
    "items": [
        {"item": "Pump P-100", "quantity": 1, "price": 12400},
        {"item": "Delivery", "quantity": 2, "price": 775},
    ],
}


def entry(value: Json, quote: str = "") -> JsonObject:
    return {"value": value, "document": "invoice.md" if quote else "", "quote": quote}


def by_model(total: Json = 13950.0, **others: Json) -> JsonObject:
    pump, delivery = "Pump P-100 | 1 | 12,400.00", "Delivery | 2 | 775.00"
    return {
        "supplier": entry("Brightwater Pumps Ltd", "Supplier: Brightwater Pumps Ltd"),
        "invoiceDate": entry("2025-03-03", "Invoice date: 3 March 2025"),
        "email": entry("billing@brightwater.example", "Please write to billing@brightwater.example"),
        "total": entry(total, "The total amounts to $13,950.00"),
        "vat_number": entry(None),
        "items": [
            {"item": entry("Pump P-100", pump), "quantity": entry(1, pump), "price": entry(12400, pump)},
            {
                "item": entry("Delivery", delivery),
                "quantity": entry(2, delivery),
                "price": entry(775, delivery),
            },
        ],
        **others,
    }


def extracted(desk: Desk, **given: object) -> ExtractOutput:
    document = desk.document(INVOICE, "invoice.md")
    return desk.run(
        extract_capability(desk.agents, desk.models),
        documents=[document],
        **(given or {"json_schema": SCHEMA}),
    )


def bare(folder: Path) -> Desk:
    return Desk(folder, handing_in({}), roles=frozenset())


def stored(desk: Desk, output: ExtractOutput) -> Extraction:
    return desk.context.load_model(output.extraction, Extraction)


def test_labels_columns_and_patterns_are_read_without_a_model(tmp_path: Path) -> None:
    desk = bare(tmp_path)
    output = extracted(desk)

    assert stored(desk, output).values == READ
    assert output.missing == ["vat_number"]


def test_a_model_gives_the_same_behind_the_same_contract(tmp_path: Path) -> None:
    desk = Desk(tmp_path, handing_in(by_model()))
    output = extracted(desk)

    assert stored(desk, output).values == READ
    assert stored(desk, output).made_by == "a model"
    assert output.missing == ["vat_number"]


@pytest.mark.parametrize("roles", [frozenset[Role](), frozenset(Role)])
def test_every_value_has_the_passage_that_it_stands_in(tmp_path: Path, roles: frozenset[Role]) -> None:
    desk = Desk(tmp_path, handing_in(by_model()), roles=roles)
    places = {each.path: each.passage.text for each in stored(desk, extracted(desk)).places}

    assert len(places) == 10
    assert places["items[1].price"] == "Delivery | 2 | 775.00"
    assert "$13,950.00" in places["total"]


def test_a_value_that_its_passage_does_not_hold_is_told_back(tmp_path: Path) -> None:
    desk = Desk(tmp_path, handing_in(by_model(total=13590.0), by_model()))
    output = extracted(desk)

    assert "total: 13590.0 does not stand in" in desk.told()
    assert stored(desk, output).values["total"] == 13950


def test_invented_values_never_come_out(tmp_path: Path) -> None:
    invented = by_model(vat_number=entry("GB 123 456", "VAT number: GB 123 456"))
    desk = Desk(tmp_path, handing_in(invented))
    output = extracted(desk)

    assert stored(desk, output).values == READ
    assert stored(desk, output).made_by == "rules"
    assert "No model read it" in stored(desk, output).remarks[0]


def test_at_the_limit_the_rules_read_on(tmp_path: Path) -> None:
    def limited(prompt: Prompt) -> Reply:
        del prompt
        raise LimitReached("The task's limit of 3 calls is reached.")

    desk = Desk(tmp_path, limited)
    assert stored(desk, extracted(desk)).values == READ


def test_what_the_documents_contradict_stays_empty(tmp_path: Path) -> None:
    desk = bare(tmp_path)
    two = desk.document("Total: 5\n\nTotal: 7\n", "two.txt")
    fields = [FieldWanted(name="total", type=FieldType.NUMBER)]
    output = desk.run(extract_capability(desk.agents, desk.models), documents=[two], fields=fields)

    assert output.missing == ["total"]


def test_a_schema_that_is_no_objects_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="properties"):
        extracted(bare(tmp_path), json_schema='{"type": "string"}')


@pytest.mark.parametrize(
    ("kind", "value", "passage"),
    [
        ("date", "2025-03-03", "on March 3, 2025"),
        ("date", "2025-03-03", "am 03.03.2025"),
        ("number", 1234.56, "a sum of 1.234,56 EUR"),
        ("number", -1200, "a loss of (1,200)"),
        ("number", 1_200_000, "$1.2 million"),
        ("integer", 3, "three suppliers"),
        ("phone", "+44 20 7946 0018", "call +44 (20) 7946-0018"),
        ("text", "Brightwater", "by BRIGHTWATER."),
    ],
)
def test_values_are_found_in_any_way_of_writing(kind: str, value: Json, passage: str) -> None:
    assert stands_in(FieldWanted(name="x", type=FieldType(kind)), value, passage)


def test_a_cell_with_two_values_is_not_guessed_at() -> None:
    assert read_value(FieldWanted(name="x", type=FieldType.NUMBER), "5 or 7") is None
