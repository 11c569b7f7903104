"""The customer registry (客户档案): customers, products, orders and their imports."""
