"""Imports (导入): files with answers to a survey, imported by jobs that can be resumed."""
