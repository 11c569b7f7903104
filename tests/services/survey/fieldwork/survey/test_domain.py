import secrets
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.survey.design.questionnaire.domain import parse_questionnaire
from services.survey.fieldwork.survey.domain import (
    catalogue_item,
    merge_catalogues,
    sign_link_token,
    verify_link_token,
)
from shared.contracts.survey.survey import CatalogueItem
from tests.services.survey.documents import every_type

KEY = b"k" * 32


def catalogue() -> list[CatalogueItem]:
    """Return the catalogue of a questionnaire with one question of each type."""
    return [catalogue_item(item) for item in parse_questionnaire(every_type()).items]


@given(st.uuids())
def test_a_link_token_is_verified_as_that_of_its_wave(wave_id: UUID) -> None:
    assert verify_link_token(KEY, sign_link_token(KEY, wave_id)) == wave_id


@given(st.uuids(), st.integers(0, 42), st.characters(codec="ascii"))
def test_a_link_token_with_a_changed_character_is_not_valid(
    wave_id: UUID, position: int, character: str
) -> None:
    token = sign_link_token(KEY, wave_id)
    changed = token[:position] + character + token[position + 1 :]
    assert (verify_link_token(KEY, changed) is None) == (changed != token)


@given(st.text())
def test_any_other_text_is_not_a_valid_link_token(token: str) -> None:
    assert verify_link_token(KEY, token) is None


def test_a_link_token_signed_with_another_key_is_not_valid() -> None:
    wave_id = UUID(int=7)
    assert verify_link_token(KEY, sign_link_token(secrets.token_bytes(32), wave_id)) is None


def test_the_catalogue_describes_the_scale_and_role_of_an_item() -> None:
    assert catalogue()[0] == CatalogueItem(
        code="appearance", type="matrix", least=1, most=5, missing=[0], role="satisfaction"
    )


def test_the_items_of_a_wave_are_added_to_the_catalogue_of_the_waves_before() -> None:
    current = {item.code: item for item in catalogue()[:3]}
    merged, conflicts = merge_catalogues(current, catalogue()[2:])
    assert conflicts == []
    assert list(merged) == [item.code for item in catalogue()]


def test_a_code_with_another_scale_than_before_is_a_conflict() -> None:
    current = {item.code: item for item in catalogue()}
    document = every_type()
    document["questions"][1]["scale"]["most"] = 5
    added = [catalogue_item(item) for item in parse_questionnaire(document).items]
    assert merge_catalogues(current, added)[1] == ["overall"]
