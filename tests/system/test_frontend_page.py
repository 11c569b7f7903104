"""The requests in docs/frontend.md are sent to a running product."""

import re
from decimal import Decimal

from tests.system.company import Company
from tests.system.product import ROOT, Running

PAGE = ROOT / "docs" / "frontend.md"
REQUEST = re.compile(r"`GET (/v1/[^`]*)`")


def test_every_request_of_the_page_is_answered(embedded_product: Running) -> None:
    company = Company(embedded_product)
    customer_id = company.register("17")
    company.place_order("O-1", "17", "20000")
    company.wait_for_points({customer_id: Decimal(20000)})
    paths = REQUEST.findall(PAGE.read_text("utf-8"))
    assert len(paths) > 10
    answers = [
        embedded_product.client.get(path.replace("{customer_id}", customer_id)) for path in paths
    ]
    assert [(str(one.url), one.text) for one in answers if one.status_code != 200] == []
