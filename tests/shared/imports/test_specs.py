"""Options of imports: the records that a mode rejects, and reading stored options."""

from dataclasses import dataclass

import pytest

from shared.imports.specs import ImportMode, ImportSpec, Options


@pytest.mark.parametrize(
    ("mode", "existing", "new"),
    [
        (ImportMode.UPSERT, None, None),
        (ImportMode.INSERT, "This record exists already, and the mode is insert.", None),
        (ImportMode.UPDATE, None, "This record does not exist, and the mode is update."),
    ],
)
def test_insert_rejects_existing_records_and_update_rejects_new_ones(
    mode: ImportMode, existing: str | None, new: str | None
) -> None:
    options = Options(mode=mode)
    for exists, message in ((True, existing), (False, new)):
        fault = options.mode_fault(exists=exists)
        assert (fault and (fault.pointer, fault.message)) == (message and ("", message))


@dataclass(frozen=True, kw_only=True)
class ColourOptions(Options):
    """The options of an entity that exists only in these tests."""

    colour: str


def test_the_options_of_an_entity_are_selected_from_the_stored_options() -> None:
    spec = ImportSpec(entity="paints", fields=lambda _: {}, options=ColourOptions)
    stored = {"mode": "insert", "encoding": "gbk", "colour": "red", "size": 3}
    assert spec.option_names() == ["encoding", "placeholders", "mode", "colour"]
    assert spec.options_from(stored) == ColourOptions(
        encoding="gbk", mode=ImportMode.INSERT, colour="red"
    )
    assert spec.options_from(stored).mode is ImportMode.INSERT
