"""Which rows a reader sees, and the ids that owners and teams of earlier releases get."""

import pytest

from shared.row_access import Reader, Rows, team_id_of, user_id_of

ID = "0199a7c0-0000-7000-8000-00000000000a"


def test_the_own_customers_of_a_reader_are_those_of_its_user_or_of_its_key() -> None:
    assert Reader("key-1", Rows.OWN, user=ID).owner == ID
    assert Reader("key-1", Rows.OWN).owner == "key-1"


@pytest.mark.parametrize("text", [ID, ID.upper(), ID.replace("-", "")])
def test_an_id_stays_the_same_in_its_usual_form(text: str) -> None:
    assert user_id_of(text) == team_id_of(text) == ID


def test_a_customer_without_owner_and_team_stays_without_them() -> None:
    assert (user_id_of(None), team_id_of(None)) == (None, None)


def test_the_ids_of_texts_never_change() -> None:
    """Every service and every consumer computes them again from events of earlier releases."""
    assert user_id_of("li.na") == "c8765faa-51af-5b9f-8a01-a88a97e725ef"
    assert team_id_of("li.na") == "a16f61e6-3a7c-5d6f-ae36-d76d17540186"


@pytest.mark.parametrize("text", ["Rene\u0301", " Ren\u00e9", "Ren\u00e9\u200b"])
def test_all_spellings_of_a_text_have_one_id(text: str) -> None:
    assert user_id_of(text) == user_id_of("Ren\u00e9") != user_id_of("ren\u00e9")
