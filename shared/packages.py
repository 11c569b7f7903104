"""The modules of a package, found by their names."""

from pkgutil import walk_packages
from types import ModuleType


def module_names(package: ModuleType, *names: str) -> list[str]:
    """Return the full names of the modules with one of these names, at any depth of a package."""
    modules = walk_packages(package.__path__, f"{package.__name__}.")
    return [module.name for module in modules if module.name.rpartition(".")[2] in names]
