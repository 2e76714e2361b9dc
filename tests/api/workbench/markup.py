"""What pages are made of, read by a parser."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = frozenset({"meta", "link", "input", "br", "img", "hr", "source", "wbr", "col"})


class Markup(HTMLParser):
    """Elements in order, as pairs of tag and attributes; and tags that were not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.crossed: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.crossed.append(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        """Attributes of every element of a tag."""
        return [attrs for name, attrs in self.elements if name == tag]

    @property
    def said(self) -> str:
        """All text in one line, with ordinary spaces."""
        return " ".join("".join(self.text).replace("\u00a0", " ").split())


def sound(text: str) -> Markup:
    """A page that the content security policy and a screen reader can live with, parsed."""
    page = Markup(text)
    assert not page.crossed, page.crossed
    assert not page.open, page.open
    for tag, attrs in page.elements:
        assert "style" not in attrs, (tag, attrs)
        assert not [name for name in attrs if name.startswith("on") or name == "hx-on"], attrs
        assert tag != "style"
        assert tag != "script" or attrs.get("src"), attrs
        assert tag != "img" or attrs.get("alt") is not None, attrs
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids)), sorted(i for i in ids if ids.count(i) > 1)
    labels = {attrs.get("for") for attrs in page.of("label")}
    for tag, attrs in page.elements:
        if tag in ("input", "select", "textarea") and attrs.get("type") not in ("hidden", "submit"):
            named = attrs.get("id") in labels or attrs.get("aria-label")
            assert named or attrs.get("aria-labelledby") or _inside_label(text, attrs), attrs
    return page


def _inside_label(text: str, attrs: dict[str, str | None]) -> bool:
    """Whether the control stands within its label."""
    name = f'name="{attrs.get("name")}"'
    before = text[: text.find(name)]
    return before.rfind("<label") > before.rfind("</label>")
