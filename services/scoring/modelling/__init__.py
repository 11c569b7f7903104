"""Value models: the weights and limits with which figures are computed, stored as data."""
