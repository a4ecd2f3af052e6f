"""The links of a built site: those that lead nowhere, and what a page loads from other hosts."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADED_RELATIONS = {"stylesheet", "icon", "preload", "modulepreload", "manifest", "preconnect"}


@dataclass
class _Page(HTMLParser):
    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if "id" in values:
            self.anchors.add(values["id"])
        if "href" in values and tag != "base":
            self.links.append(values["href"])
        if tag == "link" and LOADED_RELATIONS & set(values.get("rel", "").split()):
            self.loaded.append(values["href"])
        for name in ("src", "poster", "data"):
            if name in values:
                self.links.append(values[name])
                self.loaded.append(values[name])
        for candidate in filter(None, values.get("srcset", "").split(",")):
            self.links.append(candidate.split()[0])
            self.loaded.append(candidate.split()[0])


def broken_links(folder: Path, site_url: str = "") -> tuple[str, ...]:
    """Return `page: link` for every link inside the site whose file or anchor is not there.

    A link that begins with site_url (the page's own address) is looked up in the folder too.
    """
    return tuple(
        f"{path.relative_to(folder).as_posix()}: {link}"
        for path in _pages(folder)
        for link in _read(path).links
        if _is_broken(folder, path, _localised(link, site_url))
    )


def loaded_from_elsewhere(folder: Path) -> tuple[str, ...]:
    """Return `page: link` for whatever a page makes a browser fetch from another host."""
    return tuple(
        f"{path.relative_to(folder).as_posix()}: {link}"
        for path in _pages(folder)
        for link in _read(path).loaded
        if urlsplit(link).netloc
    )


def _pages(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.rglob("*.html"))


@cache
def _read(path: Path) -> _Page:
    page = _Page()
    page.feed(path.read_text(encoding="utf-8"))
    page.close()
    return page


def _localised(link: str, site_url: str) -> str:
    if site_url and link.startswith(site_url.rstrip("/")):
        return "/" + link.removeprefix(site_url.rstrip("/")).lstrip("/")
    return link


def _is_broken(folder: Path, page: Path, link: str) -> bool:
    url = urlsplit(link)
    if url.scheme or url.netloc:
        return False

    target = page
    if url.path:
        start = folder if url.path.startswith("/") else page.parent
        target = (start / unquote(url.path).lstrip("/")).resolve()
    if url.path.endswith("/") or target.is_dir():
        target /= "index.html"
    if not target.is_file() or not target.is_relative_to(folder.resolve()):
        return True

    anchor = unquote(url.fragment)
    if not anchor or target.suffix != ".html":
        return False
    return anchor not in _read(target).anchors
