"""The portfolio (客户组合): classes and the ladder, cut for the whole population."""
