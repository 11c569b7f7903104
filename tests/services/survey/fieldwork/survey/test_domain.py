import secrets
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.survey.design.questionnaire.domain import read_questionnaire
from services.survey.fieldwork.survey.domain import (
    catalogue_item,
    merge_catalogues,
    read_link,
    sign_link,
)
from shared.contracts.survey.survey import CatalogueItem
from tests.services.survey.documents import every_type

KEY = b"k" * 32


def catalogue() -> list[CatalogueItem]:
    return [catalogue_item(item) for item in read_questionnaire(every_type()).items]


@given(st.uuids())
def test_a_link_leads_to_its_wave(wave_id: UUID) -> None:
    assert read_link(KEY, sign_link(KEY, wave_id)) == wave_id


@given(st.uuids(), st.integers(0, 42), st.characters(codec="ascii"))
def test_a_link_with_another_character_leads_nowhere(wave_id: UUID, at: int, other: str) -> None:
    token = sign_link(KEY, wave_id)
    changed = token[:at] + other + token[at + 1 :]
    assert (read_link(KEY, changed) is None) == (changed != token)


@given(st.text())
def test_what_is_not_a_link_leads_nowhere(token: str) -> None:
    assert read_link(KEY, token) is None


def test_a_link_made_with_another_key_leads_nowhere() -> None:
    wave_id = UUID(int=7)
    assert read_link(KEY, sign_link(secrets.token_bytes(32), wave_id)) is None


def test_the_catalogue_says_how_to_read_an_answer() -> None:
    assert catalogue()[0] == CatalogueItem(
        code="appearance", type="matrix", least=1, most=5, missing=[0], role="satisfaction"
    )


def test_a_wave_may_ask_more_or_less_than_the_one_before() -> None:
    kept = {item.code: item for item in catalogue()[:3]}
    merged, clashes = merge_catalogues(kept, catalogue()[2:])
    assert clashes == []
    assert list(merged) == [item.code for item in catalogue()]


def test_a_code_that_would_change_its_meaning_clashes() -> None:
    kept = {item.code: item for item in catalogue()}
    document = every_type()
    document["questions"][1]["scale"]["most"] = 5
    added = [catalogue_item(item) for item in read_questionnaire(document).items]
    assert merge_catalogues(kept, added)[1] == ["overall"]
