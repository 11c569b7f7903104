"""Imports (导入): customers, products and orders from files, as resumable jobs."""
