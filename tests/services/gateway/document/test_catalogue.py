"""Tests of the union of all error codes, which the gateway reads from the committed documents."""

import services
import shared
from services.gateway.app import DOCUMENTS
from services.gateway.document import catalogue, openapi, service_documents
from shared.http.catalogue import declared_entries, merged_entries


def test_the_gateway_knows_every_code_that_any_service_declares() -> None:
    """Also the codes of areas without routes, whose documents nobody writes."""
    known = catalogue.merge(service_documents.load(DOCUMENTS).values())
    assert known == merged_entries([*declared_entries(shared), *declared_entries(services)])
    assert {"survey_closed", "contradiction", "either_or"} <= {entry["code"] for entry in known}


def test_the_codes_of_rejected_lines_and_of_failed_imports_are_enumerated() -> None:
    documents = service_documents.load(DOCUMENTS)
    merged, entries = openapi.merge(documents, version="1"), catalogue.merge(documents.values())
    catalogue.enumerate_codes(merged, entries)
    schemas = merged["components"]["schemas"]
    problems, faults = (
        {entry["code"] for entry in entries if entry["kind"] == kind}
        for kind in ("problem", "fault")
    )
    assert set(schemas["Failure"]["properties"]["code"]["enum"]) == problems | faults
    text, null = schemas["LineFault"]["properties"]["code"]["anyOf"]
    assert (set(text["enum"]), null) == (faults, {"type": "null"})


def test_every_text_of_the_catalogue_is_a_sentence_in_english_and_in_chinese() -> None:
    for entry in catalogue.merge(service_documents.load(DOCUMENTS).values()):
        for texts in (entry["title"], entry["advice"]):
            assert texts["en"].isascii()
            assert texts["en"].endswith((".", "}")), entry
            assert any("一" <= character <= "鿿" for character in texts["zh"]), entry
