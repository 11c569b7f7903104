"""The projection of the registry's customers: no names, only what figures and access need."""
