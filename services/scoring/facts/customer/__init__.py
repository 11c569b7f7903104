"""Copies of the registry's customers, without names: only fields that figures or access need."""
