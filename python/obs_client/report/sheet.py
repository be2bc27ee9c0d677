"""Paper of ReportLab: its font, styles, tables, and charts through svglib. Neither needs a system library."""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from html import escape
from typing import Any

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.platypus import Paragraph, Table, TableStyle

from . import charts
from .safe import clean

FONT = "obs-text"
# The first has most alphabets, and is on most Linux machines; the second comes with ReportLab.
_FILES = (("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"), ("Vera.ttf", "VeraBd.ttf"))
LINE = colors.HexColor(charts.PAPER["line"])
WIDTH = A4[0] - 30 * mm
_UNKNOWN = "\ufffd"


class Sheet:
    """Texts and tables in the font that is there."""

    def __init__(self) -> None:
        self._glyphs = _register()
        text = ParagraphStyle("text", fontName=FONT, fontSize=9, leading=12, splitLongWords=1)
        self._styles = {
            "text": text,
            "cell": ParagraphStyle("cell", text, fontSize=7.5, leading=9.5),
            "number": ParagraphStyle("number", text, fontSize=7.5, leading=9.5, alignment=2),
            "source": ParagraphStyle("source", text, fontSize=8, textColor=colors.HexColor(charts.PAPER["dim"])),
            "lead": ParagraphStyle("lead", text, keepWithNext=1),
            "h1": ParagraphStyle(
                "h1", text, fontName=f"{FONT}-bold", fontSize=16, leading=20, spaceAfter=4, keepWithNext=1
            ),
            "h2": ParagraphStyle(
                "h2", text, fontName=f"{FONT}-bold", fontSize=13, leading=17, spaceBefore=10, keepWithNext=1
            ),
            "h3": ParagraphStyle(
                "h3", text, fontName=f"{FONT}-bold", fontSize=10.5, leading=14, spaceBefore=8, keepWithNext=1
            ),
        }

    def table(
        self, head: Sequence[str], rows: Sequence[Sequence[Any]], numbers_from: int, widths: Sequence[float] = ()
    ) -> Table:
        """Columns from `numbers_from` on stand right."""
        columns = len(head or rows[0])
        shares = widths or [1.0] * columns

        def cells(row: Sequence[Any]) -> list[Any]:
            return [self.say(cell, "number" if at >= numbers_from else "cell") for at, cell in enumerate(row)]

        made = Table(
            [cells(row) for row in ([head] if head else []) + [*rows]],
            colWidths=[WIDTH * share / sum(shares) for share in shares],
            repeatRows=1 if head else 0,
            splitInRow=1,  # a cell may be longer than a page
        )
        made.setStyle(
            TableStyle(
                [
                    ("LINEABOVE", (0, 1 if head else 0), (-1, -1), 0.4, LINE),
                    ("VALIGN", (0, 0), (-1, -1), "TOP"),
                    ("LEFTPADDING", (0, 0), (-1, -1), 2),
                    ("RIGHTPADDING", (0, 0), (-1, -1), 2),
                    ("TOPPADDING", (0, 0), (-1, -1), 1.5),
                    ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
                ]
            )
        )
        return made

    def say(self, text: Any, style: str = "text") -> Paragraph:
        return Paragraph(escape(self.known(text)), self._styles[style])

    def known(self, text: Any) -> str:
        """What the font cannot write is marked as such."""
        mark = _UNKNOWN if ord(_UNKNOWN) in self._glyphs else "?"
        return "".join(one if one == " " or ord(one) in self._glyphs else mark for one in clean(text))


def _register() -> set[int]:
    """The font's characters."""
    for plain, bold in _FILES:
        try:
            font = TTFont(FONT, plain)
            pdfmetrics.registerFont(font)
            pdfmetrics.registerFont(TTFont(f"{FONT}-bold", bold))
        except TTFError:
            continue
        return set(font.face.charToGlyph)
    raise RuntimeError("ReportLab has come without its fonts")


def drawing(svg: str) -> Any:
    """The chart, half a page wide. What svglib leaves out, titles and descriptions, is nothing to be seen."""
    from svglib.svglib import svg2rlg

    logger = logging.getLogger("svglib.svglib")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        made = svg2rlg(io.StringIO(svg))
    finally:
        logger.setLevel(level)
    if made is None:
        return None
    scale = (WIDTH / 2 - 6) / made.width
    made.scale(scale, scale)
    made.width, made.height = made.width * scale, made.height * scale
    return made
