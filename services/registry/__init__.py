"""The customer registry (客户档案): customers, products, orders and their imports.

The registry also stores a copy of each customer's score, so that customers can be sorted by it, and
the names of users and teams, to whom customers are assigned.
"""
