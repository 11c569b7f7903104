"""Which column of a file is what, and which headers cannot be imported."""

import pytest

from shared.errors import Invalid
from shared.imports.columns import columns_of

FIELDS = ["code", "price", "day"]


def refused(
    header: list[str], mapping: dict[str, str | None] | None = None
) -> list[tuple[str, str, str]]:
    try:
        columns_of(header, mapping or {}, FIELDS, ["code"])
    except Invalid as error:
        return [(fault.pointer, fault.code, fault.message) for fault in error.faults]
    return []


def message(header: list[str], mapping: dict[str, str | None] | None = None) -> str:
    return refused(header, mapping)[0][2]


def test_a_column_is_what_the_mapping_says_else_what_it_is_named_like() -> None:
    found = columns_of(["note", "code", "单价"], {"单价": "price"}, FIELDS, ["code"])
    assert found.places == {"code": 1, "price": 2}
    assert found.ignored == ["note"]
    assert [found.titled(name) for name in ("code", "price", "day")] == [
        "code",
        "单价 (price)",
        "day",
    ]


def test_a_fault_of_a_cell_names_its_column_as_the_file_does() -> None:
    found = columns_of(["code", "单价"], {"单价": "price"}, FIELDS, ["code"])
    assert found.fault("price", "Give digits.") == "单价 (price): Give digits."


@pytest.mark.parametrize(
    ("header", "mapping", "faults"),
    [
        (["code"], {}, []),
        (["code", "x"], {"x": "price"}, []),
        (["code", "price"], {"price": None}, []),
        (["code;price"], {"code": "code"}, [("/file", "separator")]),
        (["code\tprice"], {}, [("/file", "separator")]),
        (["code", "a;b"], {}, []),
        (["code"], {"a/b~c": "price"}, [("/mapping/a~1b~0c", "unknown_column")]),
        (["code", "x"], {"x": "colour"}, [("/mapping/x", "unknown_field")]),
        (["code", "x", "y"], {"x": "day", "y": "day"}, [("/mapping", "mapped_twice")]),
        (["price"], {}, [("/file", "missing_columns")]),
        (["code"], {"code": "price"}, [("/file", "missing_columns")]),
    ],
)
def test_a_header_that_cannot_be_imported_is_told_where_it_is_wrong(
    header: list[str], mapping: dict[str, str | None], faults: list[tuple[str, str]]
) -> None:
    assert [told[:2] for told in refused(header, mapping)] == faults


def test_what_is_wrong_with_a_header_names_what_there_is() -> None:
    assert "code;price" in message(["code;price"])
    assert "code, note" in message(["code", "note"], {"x": "price"})
    assert "code, price, day" in message(["code", "x"], {"x": "colour"})
    assert "day" in message(["code", "x", "y"], {"x": "day", "y": "day"})
    assert "code" in message(["price"])


def test_a_long_header_is_shown_to_its_two_hundredth_character() -> None:
    names = ["n" * 150, "m" * 48]
    assert message(names).endswith(", ".join(names))
    names = ["n" * 150, "m" * 49]
    assert message(names).endswith(", ".join(names)[:200] + " ...")


def test_of_many_faults_a_hundred_are_told_and_the_sentence_before_them_stays_short() -> None:
    with pytest.raises(Invalid) as refusal:
        columns_of(["code"], {f"c{n}": "price" for n in range(101)}, FIELDS, ["code"])
    assert len(refusal.value.faults) == 100
    assert len(refusal.value.detail) < 80
