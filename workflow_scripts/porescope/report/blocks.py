"""What a page is made of. Texts are plain; the template escapes them."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

MEDIA = {".svg": "image/svg+xml", ".png": "image/png"}


@dataclass(frozen=True)
class Picture:
    """An image file, what it shows, and in one sentence what its numbers say (empty if the figure says it)."""

    path: Path
    alt: str
    says: str = ""

    @property
    def uri(self) -> str:
        """The whole image as a data URI, so that the page needs no other file."""
        content = base64.b64encode(self.path.read_bytes()).decode("ascii")
        return f"data:{MEDIA[self.path.suffix]};base64,{content}"


@dataclass(frozen=True)
class Figure:
    """Pictures under one title.

    Attributes
    ----------
    title, takeaway, caption : str
        The takeaway says in one sentence what the numbers show; the caption explains marks, intervals and units.
    pictures : list of Picture
    columns : int
        Pictures abreast on a wide screen; one on a phone.
    """

    title: str
    takeaway: str
    caption: str
    pictures: Sequence[Picture]
    columns: int = 3
    kind: ClassVar[str] = "figure"


@dataclass(frozen=True)
class Row:
    """Cells of a table; a row of alarm is shown in red."""

    cells: Sequence[str]
    alarm: bool = False


@dataclass(frozen=True)
class Table:
    """A table of texts.

    Attributes
    ----------
    title, takeaway, caption : str
    columns : list of str
    rows : list of Row
    text_columns : int
        How many columns, from the left, hold words; the others hold numbers and are set flush right.
    folded : bool
        Shown only on request.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Row]
    takeaway: str = ""
    caption: str = ""
    text_columns: int = 1
    folded: bool = False
    kind: ClassVar[str] = "table"


@dataclass(frozen=True)
class Note:
    """A sentence that stands out; one of alarm in red."""

    text: str
    alarm: bool = False
    kind: ClassVar[str] = "note"


@dataclass(frozen=True)
class Links:
    """Files beside the page: a lead and (text, relative address) pairs."""

    lead: str
    links: Sequence[tuple[str, str]]
    kind: ClassVar[str] = "links"


Block = Figure | Table | Note | Links


@dataclass(frozen=True)
class Key:
    """One of the key findings: a number, what it is, what to compare it with."""

    value: str
    label: str
    detail: str
    alarm: bool = False


@dataclass(frozen=True)
class Section:
    """A part of the page with its place in the navigation; ``keys`` go to the top of the page."""

    name: str
    title: str
    lead: str
    blocks: Sequence[Block]
    keys: Sequence[Key] = field(default=())
