"""The options of every entity: what a mode rejects, and how they are read back. Pure."""

from dataclasses import dataclass

import pytest

from shared.imports.specs import ImportSpec, Mode, Options


@pytest.mark.parametrize(
    ("mode", "existing", "new"),
    [(Mode.UPSERT, "", ""), (Mode.INSERT, "insert", ""), (Mode.UPDATE, "", "update")],
)
def test_insert_rejects_existing_records_and_update_rejects_new_ones(
    mode: Mode, existing: str, new: str
) -> None:
    options = Options(mode=mode)
    for exists, word in ((True, existing), (False, new)):
        fault = options.mode_fault(exists=exists)
        assert (fault is None) is (word == "")
        assert word in (fault or "")


@dataclass(frozen=True, kw_only=True)
class ColourOptions(Options):
    colour: str


def test_the_options_of_an_entity_are_read_back_from_those_of_all_entities() -> None:
    spec = ImportSpec(entity="paints", fields=lambda _: {}, options=ColourOptions)
    stored = {"mode": "insert", "encoding": "gbk", "colour": "red", "size": 3}
    assert spec.option_names() == ["encoding", "mode", "colour"]
    assert spec.options_from(stored) == ColourOptions(
        encoding="gbk", mode=Mode.INSERT, colour="red"
    )
    assert spec.options_from(stored).mode is Mode.INSERT
