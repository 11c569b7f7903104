from tests.ledger.check_ledger import main


def test_ledger_expected_figures_and_tables_agree() -> None:
    """What people read, what programs compare and what follows from the steps are the same."""
    assert main() == 0
