"""Every snippet of the documents works, and prints what the page says.

`OBS_DOCS_WRITE=1 make test-fast ARGS=tests/docs` writes the real output and the real signatures into the pages instead.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.install import ROOT
from support.snippets import Reader, normal, snippets

PAGES = {
    "README.md": "sample",
    "docs/quickstart.md": "empty",
    "docs/concepts.md": "sample",
    "docs/reference.md": "sample",
    "docs/security.md": "sample",
    "docs/errors.md": "sample",
    "docs/operations.md": "sample",
    "docs/dashboards.md": "sample",
    "docs/forwarding.md": "sample",
    "docs/qa.md": "sample",
    "docs/web.md": "sample",
}


@pytest.mark.parametrize("page", PAGES)
def test_the_snippets_print_what_the_page_shows(page: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    text = (ROOT / page).read_text()
    reader = Reader(request.getfixturevalue(PAGES[page]), tmp_path)
    shown, said = [], []
    try:
        for snippet in snippets(text):
            if snippet.remark in ("not run", "elsewhere"):
                continue
            output = reader.run(snippet)
            said.append((snippet, output))
            if snippet.is_compared:
                shown.append((f"line {snippet.line}", normal(snippet.output or ""), normal(output)))
            elif snippet.language == "sql":
                assert "ERROR:" not in output, f"{page}, line {snippet.line}: {output}"
    finally:
        reader.close()
    assert said, f"{page} has no snippets"
    if os.environ.get("OBS_DOCS_WRITE"):
        for snippet, output in reversed(said):
            if snippet.output is not None:
                begin, end = snippet.output_span
                clean = "".join(f"{line.rstrip()}\n" for line in output.strip("\n").splitlines())
                text = text[:begin] + clean + text[end:]
        (ROOT / page).write_text(text)
        return
    for line, wanted, got in shown:
        assert got == wanted, f"{page}, {line}"
