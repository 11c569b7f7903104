"""The portfolio (客户组合): figures of all customers together, such as the ABC table."""
