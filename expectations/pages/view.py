"""Data Docs that open without a network, and in which no value of a file becomes markup.

GX's own pages load their style sheets, scripts and even the table of the index from other hosts, so that offline
the index is empty, and their logo's address carries the id of the project to a host of GX's. The templates in this
folder take the place of GX's of the same name; all others stay GX's.

GX escapes in templates that are called .html, and all of its templates are called .j2. Here every text is escaped
where it is put into a page; only what a template or GX's own code has made of tags stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from great_expectations.render.view.view import DefaultJinjaIndexPageView, DefaultJinjaPageView, DefaultJinjaView
from jinja2 import ChoiceLoader, FileSystemLoader, pass_context
from markupsafe import Markup, escape

_TEMPLATES = Path(__file__).with_name("templates")
# The only markup that GX's renderers put into texts; nothing in it can carry a value.
_LINE_BREAK, _TRIANGLE = escape("<br>"), escape('<span class="mr-3 triangle"></span>')
_FILTERS_OF_MARKUP = (
    "render_string_template",
    "render_styling_from_string_template",
    "render_styling",
    "render_content_block",
    "render_markdown",
    "attributes_dict_to_html_string",
)


class _EscapingView(DefaultJinjaView):
    """Escapes what is put into templates, also into those that GX's code fills in without Jinja."""

    def __init__(self, custom_styles_directory: str | None = None, custom_views_directory: str | None = None) -> None:
        super().__init__(custom_styles_directory, custom_views_directory)
        self.env.loader = ChoiceLoader([FileSystemLoader(_TEMPLATES), *filter(None, [self.env.loader])])
        self.env.autoescape = True
        for name in _FILTERS_OF_MARKUP:
            self.env.filters[name] = getattr(self, name)

    @pass_context
    def render_content_block(self, jinja_context: Any, content_block: Any, *args: Any, **options: Any) -> Any:
        """The block as markup; a text is given back as text, and the template that asked escapes it."""
        if isinstance(content_block, list):
            blocks = [self.render_content_block(jinja_context, block, *args, **options) for block in content_block]
            return Markup("").join(Markup("<span>{}</span>").format(block) for block in blocks)
        rendered = super().render_content_block(jinja_context, content_block, *args, **options)
        is_from_template = isinstance(content_block, Mapping) and isinstance(rendered, str)
        return Markup(rendered) if is_from_template else rendered  # noqa: S704 - made by a template that escapes

    def render_string_template(self, template: Any) -> Any:
        """GX's template for one text: it escapes the values, here the text around them is escaped too."""
        if not isinstance(template, Mapping):
            return template
        escaped = {**template, "template": _escaped_template(template.get("template", ""))}
        escaped["params"] = dict(template.get("params") or {})
        if "tooltip" in template:
            content = str(escape(template["tooltip"]["content"])).replace("$", "&#36;")  # not a place to fill in
            escaped["tooltip"] = {**template["tooltip"], "content": content}
        return Markup(super().render_string_template(escaped))  # noqa: S704 - escaped above and by GX

    @staticmethod
    def _escape_template_param_value(value: Any) -> str:
        """GX lets everything through that is no text, a list of texts as well."""
        return str(escape(str(value)))

    def render_styling(self, styling: Mapping[str, Any]) -> Markup:
        """Classes, attributes and styles, none of which can end its quotation marks."""
        return Markup(super().render_styling(_escaped_styling(styling)))  # noqa: S704 - escaped

    def render_styling_from_string_template(self, template: Any) -> Markup:
        """The same for a block; a text has none."""
        has_styling = isinstance(template, Mapping) and "styling" in template
        return self.render_styling(template["styling"]) if has_styling else Markup("")

    def render_markdown(self, markdown: Any) -> Markup:
        """Notes are shown as they are written, whatever signs they hold."""
        return Markup("<p>{}</p>").format(markdown)

    def attributes_dict_to_html_string(self, attributes_dict: Mapping[str, Any], prefix: str = "") -> Markup:
        """Attributes of a tag."""
        start = f"{prefix}-" if prefix else ""
        return Markup("").join(Markup('{}{}="{}" ').format(start, *item) for item in attributes_dict.items())


class PageView(_EscapingView, DefaultJinjaPageView):
    """The page of a suite or of a run."""


class IndexPageView(_EscapingView, DefaultJinjaIndexPageView):
    """The index of all runs and suites."""


def _escaped_template(text: str) -> str:
    escaped = str(escape(text))
    return escaped.replace(_LINE_BREAK, "<br>").replace(_TRIANGLE, '<span class="mr-3 triangle"></span>')


def _escaped_styling(styling: Mapping[str, Any]) -> dict[str, Any]:
    """The three parts of a styling that go into a tag, escaped; classes stay a list, as GX wants it."""
    classes = [str(escape(name)) for name in styling.get("classes") or []]
    parts = {
        part: {_name(name): str(escape(value)) for name, value in (styling.get(part) or {}).items()}
        for part in ("attributes", "styles")
    }
    return {**({"classes": classes} if classes else {}), **{part: known for part, known in parts.items() if known}}


def _name(text: str) -> str:
    return re.sub(r"[^\w-]", "", text)
