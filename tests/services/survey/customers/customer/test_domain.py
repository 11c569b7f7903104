from services.survey.customers.customer.domain import group_by_system


def test_the_ids_of_external_keys_are_grouped_by_system_in_their_order() -> None:
    keys = [("erp", "17"), ("shop", "9"), ("erp", "18")]
    assert group_by_system(keys) == {"erp": ["17", "18"], "shop": ["9"]}
    assert group_by_system([]) == {}
