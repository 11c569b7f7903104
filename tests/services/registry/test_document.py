"""What the registry's own OpenAPI document says beyond what every document has to."""

from services.registry.__main__ import SERVICE


def test_the_rules_between_facets_are_said_where_they_are_read() -> None:
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
