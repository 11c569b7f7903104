import secrets
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.survey.design.questionnaire.domain import parse_questionnaire
from services.survey.fieldwork.survey.domain import (
    LinkPurpose,
    catalogue_item,
    merge_catalogues,
    sign_link_token,
    verify_link_token,
)
from shared.contracts.survey.survey import CatalogueItem
from tests.services.survey.documents import every_type

KEY = b"k" * 32


def item_descriptions() -> list[CatalogueItem]:
    """Return the descriptions of all items of a questionnaire with one question of each type."""
    return [catalogue_item(item) for item in parse_questionnaire(every_type()).items]


@given(st.uuids())
def test_verifying_a_link_token_returns_the_wave_that_it_was_signed_for(wave_id: UUID) -> None:
    assert verify_link_token(KEY, sign_link_token(KEY, wave_id)) == wave_id


@given(st.uuids(), st.integers(0, 42), st.characters(codec="ascii"))
def test_a_link_token_with_a_changed_character_is_not_valid(
    wave_id: UUID, position: int, character: str
) -> None:
    token = sign_link_token(KEY, wave_id)
    changed = token[:position] + character + token[position + 1 :]
    assert (verify_link_token(KEY, changed) is None) == (changed != token)


@given(st.text())
def test_a_text_that_was_not_signed_is_not_a_valid_link_token(token: str) -> None:
    assert verify_link_token(KEY, token) is None


def test_a_link_token_signed_with_another_key_is_not_valid() -> None:
    wave_id = UUID(int=7)
    assert verify_link_token(KEY, sign_link_token(secrets.token_bytes(32), wave_id)) is None


@given(st.uuids())
def test_a_link_token_is_valid_for_the_purpose_only_for_which_it_was_signed(
    signed_id: UUID,
) -> None:
    for purpose in LinkPurpose:
        token = sign_link_token(KEY, signed_id, purpose)
        valid = [each for each in LinkPurpose if verify_link_token(KEY, token, each) == signed_id]
        assert valid == [purpose]


def test_a_link_token_of_a_wave_is_the_same_in_every_release() -> None:
    token = sign_link_token(KEY, UUID(int=7))
    assert token == "AAAAAAAAAAAAAAAAAAAAB8PKwN5dwV5LOjpZbe5VTCQ"


def test_the_catalogue_describes_the_type_scale_missing_codes_and_role_of_an_item() -> None:
    assert item_descriptions()[0] == CatalogueItem(
        code="appearance", type="matrix", least=1, most=5, missing=[0], role="satisfaction"
    )


def test_the_items_of_a_further_wave_are_added_to_the_catalogue() -> None:
    """The earlier waves have the first three items; the new wave has the third item and more."""
    earlier_items = {item.code: item for item in item_descriptions()[:3]}
    merged, conflicts = merge_catalogues(earlier_items, item_descriptions()[2:])
    assert conflicts == []
    assert list(merged) == [item.code for item in item_descriptions()]


def test_an_item_with_another_scale_than_in_an_earlier_wave_is_a_conflict() -> None:
    earlier_items = {item.code: item for item in item_descriptions()}
    document = every_type()
    document["questions"][1]["scale"]["most"] = 5
    new_items = [catalogue_item(item) for item in parse_questionnaire(document).items]
    _, conflicts = merge_catalogues(earlier_items, new_items)
    assert conflicts == ["overall"]
