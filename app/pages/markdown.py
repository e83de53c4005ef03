"""An operator's page as Markdown, and the index of all of them. Formulas and pictures are files beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.pages.page import Page


def markdown(page: Page, *, picture: bool) -> str:
    """Return the page. It refers to ../formulas/ID.svg, ../formulas/ID.INPUT.svg, ../pictures/ID.png (with `picture`)
    and ../examples/ID.dgraph."""
    parts = [
        f"# {page.title}",
        f"`{page.id}` · [{page.family}](../index.md#{_anchor(page.family)})",
        page.lead,
        *page.more,
    ]
    if page.formula:
        parts.append(f"![{_alt(page.formula)}](../formulas/{page.id}.svg)")
    if page.partials:
        rows = ([name, f"![{_alt(text)}](../formulas/{page.id}.{name}.svg)"] for name, text in page.partials)
        parts += ["## Derivatives", _table(("by", "rule"), rows)]
    if page.inputs:
        inputs = ([f"`{each.name}`", each.about, each.notes] for each in page.inputs)
        parts += ["## Inputs", _table(("input", "carries", ""), inputs)]
    if page.outputs:
        parts += [
            "## Outputs",
            _table(("output", "carries"), ([f"`{each.name}`", each.about] for each in page.outputs)),
        ]
    if page.settings:
        fields = (
            [f"`{each.name}`", each.about, each.kind, each.default, each.limits, "yes" if each.live else ""]
            for each in page.settings
        )
        parts += ["## Settings", _table(("setting", "", "is", "unless set", "may be", "live"), fields)]
    if page.shapes:
        example = f" For example {page.shape_example}." if page.shape_example else ""
        parts += ["## Shapes", f"{page.shapes}{example}"]
    if page.domain:
        parts += ["## Domain", f"{page.domain[0].upper()}{page.domain[1:]}."]
    if picture:
        parts += [
            "## Example",
            f"![the example graph](../pictures/{page.id}.png)",
            f"[Open it](../examples/{page.id}.dgraph)",
        ]
    if page.samples:
        parts.append("Used in " + ", ".join(f"`{name}`" for name in page.samples) + ".")
    if page.synonyms:
        parts += ["## Also called", ", ".join(page.synonyms)]
    if page.siblings:
        links = ", ".join(f"[{title}]({id}.md)" for id, title in page.siblings)
        parts += [f"## More in {page.family}", links]
    return "\n\n".join(parts) + "\n"


def index(pages: Iterable[Page]) -> str:
    """Return the index: families, and in each its operators with their first sentence."""
    families: dict[str, list[Page]] = {}
    for page in pages:
        families.setdefault(page.family, []).append(page)
    parts = ["# Operators", f"{sum(map(len, families.values()))} operators in {len(families)} families."]
    for family, members in families.items():
        rows = ([f"[{each.title}](operators/{each.id}.md)", each.lead.split(". ")[0].rstrip(".")] for each in members)
        parts += [f"## {family}", _table(("operator", "does"), rows)]
    return "\n\n".join(parts) + "\n"


def files(page: Page) -> Mapping[str, str]:
    """Return the LaTeX of each formula the page refers to, by the name of its file."""
    head = {f"{page.id}.svg": page.formula} if page.formula else {}
    return head | {f"{page.id}.{name}.svg": text for name, text in page.partials}


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(head)
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _alt(latex: str) -> str:
    return latex.replace("[", "(").replace("]", ")").replace("\n", " ")


def _anchor(text: str) -> str:
    return text.lower().replace(" ", "-")
