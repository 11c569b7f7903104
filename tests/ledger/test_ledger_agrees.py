from tests.ledger.check_ledger import main


def test_the_steps_the_expected_figures_and_the_tables_agree() -> None:
    """README.md, expected.json, and figures computed from ledger.json are the same."""
    assert main() == 0
