"""Tests of the invented company of `make bench-scale`."""

import csv
from collections import Counter

from deploy.bench.scale import company


def test_the_same_seed_gives_the_same_customers_whatever_the_size() -> None:
    assert [company.customer(1, n) for n in range(50)] == [
        company.customer(1, n) for n in range(50)
    ]
    assert company.customer(1, 7) != company.customer(2, 7)


def test_the_import_file_has_one_line_for_each_customer() -> None:
    content = b"".join(company.csv_file(1, 2500)).decode()
    lines = list(csv.DictReader(content.splitlines()))
    assert [line["external_id"] for line in lines] == [f"C{number:08d}" for number in range(2500)]


def test_cities_and_tags_are_frequent_in_the_order_in_which_they_are_listed() -> None:
    customers = [company.customer(1, number)[0] for number in range(5000)]
    cities = Counter(customer.city for customer in customers)
    tags = Counter(tag for customer in customers for tag in customer.tags.split(";"))
    assert cities[company.CITIES_AND_TOWNS[0].name] > cities[company.CITIES_AND_TOWNS[4].name]
    assert cities[company.CITIES_AND_TOWNS[4].name] > cities[company.CITIES_AND_TOWNS[-1].name]
    assert tags[company.TAGS[0]] > tags[company.TAGS[4]] > tags[company.TAGS[-1]]
