"""Where the tables stand in their page: between marks, which say what makes them."""

from collections.abc import Sequence

from knative.isolation.mesh import mesh_table
from knative.isolation.network_policies import Object
from knative.isolation.table import table

MADE = "made by `make isolation` from the chart: do not edit"


def whole(page: str, objects: Sequence[Object]) -> str:
    """The page with its tables as some rendered objects make them. Raises ValueError where a mark is missing."""
    return between(between(page, "network", table(objects)), "mesh", mesh_table(objects))


def between(page: str, name: str, text: str) -> str:
    """The page with another text between two marks."""
    begin, end = f"<!-- {name}: {MADE} -->", f"<!-- end of {name} -->"
    before, found, rest = page.partition(begin)
    _, found_end, after = rest.partition(end)
    if not found or not found_end:
        raise ValueError(f"the page must have the marks {begin} and {end}")
    return f"{before}{begin}\n\n{text}\n{end}{after}"
