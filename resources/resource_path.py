"""Where a file of this folder is, in a checkout, an installed package and a frozen bundle alike."""

from pathlib import Path

_ROOT = Path(__file__).resolve().parent


def resource_path(*parts: str) -> Path:
    """The path of a resource, as `resource_path("icons", "van.svg")`. Raises FileNotFoundError where there is none."""
    path = _ROOT.joinpath(*parts)
    if not path.exists():
        raise FileNotFoundError(f"resource {'/'.join(parts)} is missing from this installation")
    return path
