"""The entities that can be imported are collected from all modules named `importing.py`."""

from datetime import UTC, date, datetime
from pathlib import Path

from services import registry
from services.registry.__main__ import SERVICE
from services.registry.transfer.imports.schemas import ImportOptions
from services.registry.transfer.imports.specs import (
    SPECS,
    collect_specs,
    join_words,
    layout_of,
)
from shared.files.tables import Line


def test_every_noun_with_a_module_importing_can_be_imported() -> None:
    (package,) = registry.__path__
    modules = list(Path(package).rglob("importing.py"))
    assert len(modules) == len(SPECS) > 1


def test_the_import_specs_are_collected_in_the_order_of_the_list() -> None:
    assert collect_specs() == SPECS
    assert list(collect_specs()) == list(SPECS)


def test_an_entity_is_listed_after_the_entities_that_it_refers_to() -> None:
    entities = list(SPECS)
    pairs = [(other, entity) for entity, spec in SPECS.items() for other in spec.refers_to]
    assert ("customers", "orders") in pairs
    assert all(entities.index(other) < entities.index(entity) for other, entity in pairs)


def test_the_api_has_every_entity_and_every_option_of_the_import_specs() -> None:
    document = SERVICE.create_app(SERVICE.settings()).openapi()
    assert document["components"]["schemas"]["ImportEntity"]["enum"] == list(SPECS)
    # The importer sets currency_given itself; no caller sends it.
    taken = {name for spec in SPECS.values() for name in spec.option_names()}
    assert taken - {"currency_given"} == ImportOptions.model_fields.keys()


def test_times_of_a_file_are_local_to_the_timezone_of_its_options() -> None:
    header = ["order_id", "ordered_at", "product_code", "quantity", "unit_price"]
    layout = layout_of("orders", header, {}, {"timezone": "Asia/Shanghai"})
    values = layout.parse(Line(2, ["A1", "2026-01-31 07:30:00", "P1", "1", "5"])).values
    assert values["ordered_at"] == (datetime(2026, 1, 30, 23, 30, tzinfo=UTC), date(2026, 1, 31))


def test_entities_are_joined_as_in_a_sentence() -> None:
    assert join_words("or", ["customers", "products", "orders"]) == "customers, products or orders"
    assert join_words("and", ["customers", "products"]) == "customers and products"
    assert join_words("and", ["orders"]) == "orders"
