"""The portfolio (客户组合): the ABC table and the loyalty ladder of all customers together."""
