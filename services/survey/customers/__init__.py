"""The survey service's projection of the registry's customers."""
