"""An operator's page as the rich text that Qt shows, in the colours of a theme."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from urllib.parse import quote

from app import fonts
from app.assets import SAMPLES
from app.pages.page import Page
from app.theme import Theme
from app.titles import about
from engine.operator import FAMILIES, Library

Image = Callable[[str], str]
"""LaTeX -> an <img> of the formula."""


def html(page: Page, theme: Theme, image: Image, picture: str, *, openable: bool) -> str:
    """Return the page; `picture` is an <img> of the example, and "example:ID" is linked where it is `openable`."""
    parts = [
        f'<p class="title">{escape(page.title)}</p><p><span style="color:{theme.faint}">{escape(page.family)} · '
        f"<code>{escape(page.id)}</code></span></p>",
        f"<p>{escape(page.lead)}</p>",
        *(f"<p>{escape(text)}</p>" for text in page.more),
    ]
    if page.formula:
        parts.append(f"<p>{image(page.formula)}</p>")
    if page.partials:
        parts += [_head("Derivatives"), *(f"<p>{image(text)}</p>" for _, text in page.partials)]
    if openable:
        parts += [_head("Example"), f'<p><a href="example:{quote(page.id)}">{picture or "Open example"}</a></p>']
    if page.inputs:
        inputs = ((_code(each.name, theme), escape(each.about), _faint(each.notes, theme)) for each in page.inputs)
        parts += [_head("Inputs"), _table(inputs)]
    if page.outputs:
        outputs = ((_code(each.name, theme), escape(each.about)) for each in page.outputs)
        parts += [_head("Outputs"), _table(outputs)]
    if page.settings:
        parts += [_head("Settings"), _table(_settings(page, theme))]
    if page.shapes:
        example = f" For example <code>{escape(page.shape_example)}</code>." if page.shape_example else ""
        parts += [_head("Shapes"), f"<p>{escape(page.shapes)}{example}</p>"]
    if page.domain:
        parts += [_head("Domain"), f"<p>{escape(page.domain[0].upper() + page.domain[1:])}.</p>"]
    if page.samples:
        links = ", ".join(f'<a href="sample:{quote(name)}">{escape(_sample(name))}</a>' for name in page.samples)
        parts += [_head("In sample graphs"), f"<p>{links}</p>"]
    if page.synonyms:
        parts += [_head("Also called"), f"<p>{escape(', '.join(page.synonyms))}</p>"]
    if page.siblings:
        links = " · ".join(f'<a href="op:{quote(id)}">{escape(title)}</a>' for id, title in page.siblings)
        parts += [_head(f"More in {page.family}"), f"<p>{links}</p>"]
    return "\n".join(parts)


def contents(library: Library, theme: Theme) -> str:
    """Return the first page: all operators by family."""
    parts = [
        '<p class="title">Operators</p>',
        f"<p>{len(library)} operators. Search on the left, or pick one here.</p>",
    ]
    for family, title in FAMILIES.items():
        members = [o for o in library.values() if o.family == family]
        links = " · ".join(f'<a href="op:{quote(o.id)}">{escape(o.title)}</a>' for o in members)
        if members:
            parts += [_head(title), f"<p>{links}</p>"]
    return "\n".join(parts)


def style(theme: Theme, sizes: Mapping[str, int]) -> str:
    """Return the style sheet of the document."""
    return (
        f"p, td {{ color: {theme.text}; margin-top: 0; margin-bottom: {sizes['body'] // 2}px; }} "
        f"a {{ color: {theme.value}; text-decoration: none; }} "
        f".title {{ font-size: {sizes['title']}px; font-weight: 600; }} "
        f".head {{ font-size: {sizes['caption']}px; font-weight: 600; color: {theme.faint}; "
        f"margin-top: {sizes['body']}px; }} "
        f"code {{ color: {theme.second}; font-family: '{fonts.MONO}'; font-size: {round(sizes['small'] * 0.92)}px; }}"
    )


def _settings(page: Page, theme: Theme) -> Iterable[tuple[str, str, str]]:
    for each in page.settings:
        facts = [each.kind, f"{each.default} unless set", each.limits, "live" if each.live else ""]
        said = " · ".join(fact for fact in facts if fact and not fact.startswith("empty"))
        yield _code(each.name.replace("_", " "), theme), escape(each.about), _faint(said, theme)


def _head(text: str) -> str:
    return f'<p class="head">{escape(text).upper()}</p>'


def _code(text: str, theme: Theme) -> str:
    return f'<span style="color:{theme.value}">{escape(text)}</span>'


def _faint(text: str, theme: Theme) -> str:
    return f'<span style="color:{theme.faint}">{escape(text)}</span>'


def _table(rows: Iterable[Sequence[str]]) -> str:
    lines = "".join(
        "<tr>" + "".join(f'<td style="padding:3px 16px 3px 0">{cell}</td>' for cell in row) + "</tr>" for row in rows
    )
    return f"<table>{lines}</table>"


def _sample(name: str) -> str:
    return about(SAMPLES / name)[0]
