"""Values that would be markup if a page took them for it, and what a reader's program makes of a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

import mistune
from markdown_it import MarkdownIt

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</td></table><svg/onload=alert(1)>",
    '"><iframe src="https://evil.example">',
    "' onmouseover='alert(1)",
    "[here](javascript:alert(1))",
    "![picture](https://evil.example/p.png)",
    "<https://evil.example/a>",
    "see https://evil.example/b or www.evil.example",
    "`code` and ``more``",
    "one | two | three",
    r"\[a](https://evil.example) \| \<b>",
    "**bold** _slanted_ ~~gone~~ *x*",
    "# heading",
    "- item",
    "1. first",
    "> said",
    "[ref]: https://evil.example",
    "&lt;script&gt; &#60;script&#62;",
    "{{ 7 * 7 }} {% include 'x' %} ${x} $styling",
)


@dataclass
class Page(HTMLParser):
    """The tags, the attributes and the text of a page, as a browser sees them."""

    html: str
    tags: set[str] = field(default_factory=set)
    attributes: set[tuple[str, str | None]] = field(default_factory=set)
    pieces: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.feed(self.html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= set(attrs)

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    @property
    def text(self) -> str:
        """The words, without what nobody sees."""
        return " ".join("".join(self.pieces).replace("\u2060", "").split())

    @property
    def dangers(self) -> set[str]:
        """What could run, load or lead away."""
        found = self.tags & {"script", "img", "svg", "iframe", "object", "embed", "form", "base", "meta-refresh"}
        for name, value in self.attributes:
            leads_away = name in ("href", "src", "action") and ":" in (value or "")
            if name.startswith("on") or leads_away:
                found.add(f"{name}={value}")
        return found


def shown_as_html(markdown: str) -> list[Page]:
    """The page as two readers of Markdown show it that let tags through and make links of addresses."""
    lenient = mistune.create_markdown(escape=False, plugins=["table", "strikethrough", "url", "task_lists"])
    common = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return [Page(lenient(markdown)), Page(common.render(markdown))]
