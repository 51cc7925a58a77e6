"""A page as a browser's parser sees it: what could run, what would be fetched, and whether a screen reader finds its way."""

import re
from html.parser import HTMLParser

RUNS = {"script", "iframe", "object", "embed", "form", "base", "frame", "applet", "portal"}
FETCHES = {
    *("src", "srcset", "poster", "background", "data", "action", "formaction", "ping", "cite"),
    *("xlink:href", "manifest", "longdesc", "codebase", "archive", "dynsrc", "lowsrc"),
}
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class Page(HTMLParser):
    """Parse a page.

    Attributes:
        elements: each start tag with its attributes.
        text: what stands between the tags, styles aside.
        active: what could run a script or change the page's rules.
        fetched: addresses that a browser would ask for by itself.
    """

    def __init__(self, html: str):
        super().__init__()
        self.html, self.elements, self.text = html, [], ""
        self.active, self.fetched = [], []
        self._within: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        found = {name: value or "" for name, value in attributes}
        self.elements.append((tag, found))
        self._look(tag, found)
        self._within.append(tag)

    def handle_endtag(self, tag):
        self.text += " " if tag in {"dt", "dd", "th", "td", "li", "strong"} else ""
        if tag in self._within:
            while self._within.pop() != tag:
                pass

    def handle_data(self, data):
        if "style" in self._within:
            self.fetched += re.findall(r"(?i)url\([^)]*\)|@import[^;]*", data)
        else:
            self.text += data

    def _look(self, tag, attributes):
        policy = attributes.get("http-equiv") == "Content-Security-Policy"
        if tag in RUNS or (tag == "meta" and "http-equiv" in attributes and not policy):
            self.active.append((tag, attributes))
        for name, value in attributes.items():
            plain = re.sub(r"[\s\x00-\x20]", "", value).casefold()
            if name.startswith("on") or plain.startswith(("javascript:", "vbscript:", "data:text")):
                self.active.append((tag, name, value))
            if name == "style" or (name in FETCHES or (tag, name) == ("link", "href")):
                if not plain.startswith(("data:image/png;base64,", "data:image/jpeg;base64,")):
                    self.fetched.append((tag, name, value))

    def all(self, tag: str) -> list[dict]:
        """The attributes of each element of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]


def assert_inert(page: Page) -> None:
    """Nothing runs, nothing is fetched, no character steers, and the page forbids itself the rest."""
    assert page.active == [] and page.fetched == []
    assert not STEERING.search(page.html)
    (policy,) = [meta for meta in page.all("meta") if "http-equiv" in meta]
    assert policy["content"].startswith("default-src 'none'")
    assert "unsafe-eval" not in policy["content"] and "script" not in policy["content"]


def assert_readable(page: Page) -> None:
    """A screen reader finds a language, one main part, headings in order, tables with captions and pictures with words."""
    assert page.all("html")[0]["lang"] == "en"
    assert len(page.all("main")) == 1 and len(page.all("h1")) == 1
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))
    assert len(page.all("table")) == len(page.all("caption"))
    assert all(head.get("scope") in {"col", "row"} for head in page.all("th"))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in page.elements:
        named = attributes.get("aria-labelledby", "").split()
        target = attributes.get("href", "")
        named += [target[1:]] if target.startswith("#") else []
        assert set(named) <= set(ids)
    for drawing in page.all("svg"):
        assert drawing["role"] == "img" and drawing["aria-labelledby"]
    assert all(picture.get("alt") for picture in page.all("img"))
