"""The OpenAPI document of the registry describes the rules between the fields of a customer."""

from services.registry.__main__ import SERVICE


def test_rules_between_fields_are_described_at_those_fields() -> None:
    document = SERVICE.create_app(SERVICE.settings()).openapi()
    for name in ("CustomerCreate", "CustomerUpdate"):
        fields = document["components"]["schemas"][name]["properties"]
        for field, term in (
            ("kind", "household"),
            ("nature", "性质"),
            ("ownership", "所有制"),
            ("retail_format", "业态"),
            ("owner", "rows: own"),
            ("team", "rows: team"),
        ):
            assert term in fields[field]["description"], (name, field)
