"""A hook of mkdocs: what the pages link to outside of ``docs`` becomes part of the site.

A link such as ``../specs/rules.md`` works in the repository; in the site that file stands at
``specs/rules.md``. Pages are taken in as pages, other files (examples, tables) as they are.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
LINK = re.compile(r"\[([^\]]*)\]\(([^)#\s:]+)(#[^)\s]*)?\)")
MORE = ("CHANGELOG.md", "CONTRIBUTING.md", "specs/wire.md")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add every linked file of the repository, and what those link to."""
    waiting = [Path(f.abs_src_path) for f in files.documentation_pages() if f.abs_src_path]
    waiting += [ROOT / name for name in MORE]
    seen: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        if files.get_file_from_path(_place(path)) is None:
            files.append(File.generated(config, _place(path), abs_src_path=str(path)))
        if path.suffix == ".md":
            targets = LINK.finditer(path.read_text("utf-8"))
            linked = ((path.parent / match[2]).resolve() for match in targets)
            waiting += [each for each in linked if each.is_file()]
    return files


def on_page_markdown(markdown: str, *, page: Page, **_: Any) -> str:
    """Rewrite each link to where its file stands in the site; of a folder only the name stays."""
    source = Path(page.file.abs_src_path or "")
    up = "../" * page.file.src_uri.count("/")

    def rewritten(match: re.Match[str]) -> str:
        target = (source.parent / match[2]).resolve()
        if target.is_dir():
            return match[1]
        if not target.is_file():
            return match[0]  # mkdocs reports it
        return f"[{match[1]}]({up}{_place(target)}{match[3] or ''})"

    return LINK.sub(rewritten, markdown)


def _place(path: Path) -> str:
    """Return where a file of the repository stands in the site."""
    return path.relative_to(ROOT).as_posix().removeprefix("docs/")
