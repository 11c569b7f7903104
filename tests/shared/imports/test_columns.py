"""Matching the columns of a file to fields, and refusing headers that do not match."""

import pytest

from shared.errors import Fault, Invalid
from shared.faults import REQUIRED
from shared.imports.columns import match_columns

FIELDS = ["code", "price", "day"]


def faults_of(
    header: list[str], mapping: dict[str, str | None] | None = None
) -> list[tuple[str, str, str]]:
    """Return the faults of a header: pointer, code and message of each."""
    try:
        match_columns(header, mapping or {}, FIELDS, ["code"])
    except Invalid as error:
        return [(fault.pointer, fault.code, fault.message) for fault in error.faults]
    return []


def message(header: list[str], mapping: dict[str, str | None] | None = None) -> str:
    """Return the message of the first fault of a header."""
    return faults_of(header, mapping)[0][2]


def test_a_column_is_matched_by_the_mapping_or_else_by_its_name() -> None:
    columns = match_columns(["note", "code", "单价"], {"单价": "price"}, FIELDS, ["code"])
    assert columns.positions == {"code": 1, "price": 2}
    assert columns.ignored == ["note"]
    assert [columns.label(name) for name in ("code", "price", "day")] == [
        "code",
        "单价 (price)",
        "day",
    ]


def positions(header: list[str], mapping: dict[str, str | None] | None = None) -> dict[str, int]:
    """Return the position of each of the fields q1, Q1 and day_of in a valid header."""
    return dict(match_columns(header, mapping or {}, ["q1", "Q1", "day_of"], []).positions)


@pytest.mark.parametrize(
    "name", ["Day of", "DAY_OF", "day-of", "ｄａｙ_ｏｆ", "day_of\u200b", "Day  Of"]
)
def test_a_column_with_a_similar_name_is_matched(name: str) -> None:
    assert positions([name]) == {"day_of": 0}
    assert positions([name], {name: None}) == {}


def test_a_similar_name_counts_only_for_a_field_without_a_column_and_without_similar_fields() -> (
    None
):
    assert positions(["Day of", "day_of"]) == {"day_of": 1}
    assert positions(["Day of", "when"], {"when": "day_of"}) == {"day_of": 1}
    assert positions(["Q1"]) == {"Q1": 0}
    assert positions(["q1 ", "dayof", "DAY"]) == {"q1": 0}
    assert faults_of(["code", "Day", "DAY"])[0][:2] == ("/mapping", "mapped_twice")


def test_the_mapping_names_a_column_in_any_unicode_form() -> None:
    assert positions(["cafe\u0301"], {"caf\u00e9": "q1"}) == {"q1": 0}
    assert positions(["caf\u00e9"], {" cafe\u0301": "q1"}) == {"q1": 0}
    both: dict[str, str | None] = {"caf\u00e9": "q1", "cafe\u0301": "Q1"}
    assert positions(["cafe\u0301", "caf\u00e9"], both) == {"q1": 1, "Q1": 0}


def test_the_message_about_a_cell_has_the_label_of_its_column_in_front() -> None:
    columns = match_columns(["code", "单价"], {"单价": "price"}, FIELDS, ["code"])
    fault = Fault("price", REQUIRED, "Give digits.")
    assert columns.message(fault) == "单价 (price): Give digits."
    assert columns.message(fault.at("")) == "Give digits."
    assert [columns.column(name) for name in ("price", "day", "")] == ["单价", None, None]


@pytest.mark.parametrize(
    ("header", "mapping", "faults"),
    [
        (["code"], {}, []),
        (["code", "x"], {"x": "price"}, []),
        (["code", "price"], {"price": None}, []),
        (["code;price"], {"code": "code"}, [("/file", "separator")]),
        (["code\tprice"], {}, [("/file", "separator")]),
        (["sep=|"], {}, [("/file", "separator")]),
        (["code", "a;b"], {}, []),
        (["code"], {"a/b~c": "price"}, [("/mapping/a~1b~0c", "unknown_column")]),
        (["code", "x"], {"x": "colour"}, [("/mapping/x", "unknown_field")]),
        (["code", "x", "y"], {"x": "day", "y": "day"}, [("/mapping", "mapped_twice")]),
        (["price"], {}, [("/file", "missing_columns")]),
        (["code"], {"code": "price"}, [("/file", "missing_columns")]),
    ],
)
def test_a_header_that_does_not_match_is_refused_with_the_pointer_of_each_fault(
    header: list[str], mapping: dict[str, str | None], faults: list[tuple[str, str]]
) -> None:
    assert [fault[:2] for fault in faults_of(header, mapping)] == faults


def test_the_message_of_a_header_fault_lists_the_columns_or_fields_that_exist() -> None:
    assert "code;price" in message(["code;price"])
    assert "code, note" in message(["code", "note"], {"x": "price"})
    assert "code, price, day" in message(["code", "x"], {"x": "colour"})
    assert "day" in message(["code", "x", "y"], {"x": "day", "y": "day"})
    assert "code" in message(["price"])


def test_a_long_header_is_shortened_to_200_characters_in_the_message() -> None:
    names = ["n" * 150, "m" * 50]
    assert message(names).endswith(", ".join(names))
    names = ["n" * 150, "m" * 51]
    assert message(names).endswith(f"The header is: {names[0]}, ...")


def test_at_most_100_faults_are_reported_and_the_detail_stays_short() -> None:
    with pytest.raises(Invalid) as error:
        match_columns(["code"], {f"c{n}": "price" for n in range(101)}, FIELDS, ["code"])
    assert len(error.value.faults) == 100
    assert error.value.detail == "The columns of this file cannot be imported."
