"""Owns customers, products, orders and their imports.

Publishes customer.registered, .changed; order.placed, .changed, .returned; product.changed;
the states of customer and product. Listens to nothing.
"""
