"""The web page: all sections in stage order, every picture inside the file."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from porescope.report.blocks import Section
from porescope.report.results import Results
from porescope.report.sections import describe, generate, relate, restore, segment, simulate, specimens, trust

log = logging.getLogger(__name__)

TEMPLATE = Path(__file__).with_name("template")
"""Folder of page.html.j2 and page.css."""


@dataclass(frozen=True)
class PageOptions:
    """What the page says that no table holds.

    Attributes
    ----------
    title : str
        Heading of the page.
    model : str
        Regression model that is shown large.
    property_name : str
    seed : int
        Of the campaign.
    """

    title: str
    model: str
    property_name: str
    seed: int


def write_page(
    files: Mapping[str, str | Sequence[str]],
    facts: Sequence[Mapping[str, Any]],
    left_out: Mapping[str, str],
    options: PageOptions,
    destination: str | Path,
) -> None:
    """Write the page.

    Parameters
    ----------
    files : dict
        Named inputs of the rule: tables, JSONs and figures; empty where a stage does not apply.
    facts, left_out : list of dict, dict
        See Results.
    options : PageOptions
    destination : path
        One HTML file that loads nothing.
    """
    results = Results(files, facts, left_out)
    page = render(sections_of(results, options), options)
    target = Path(destination)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page, encoding="utf-8")
    log.info("%s: %.1f MB", target, len(page.encode()) / 1e6)


def sections_of(results: Results, options: PageOptions) -> list[Section]:
    """All sections, in the order of the stages."""
    return [
        specimens.section(results),
        simulate.section(results),
        restore.restore_section(results),
        restore.label_section(results),
        segment.section(results),
        describe.section(results),
        relate.section(results, options.model, options.property_name),
        generate.section(results),
        trust.section(results, options.seed),
    ]


def render(sections: Sequence[Section], options: PageOptions) -> str:
    """The HTML of the page; every text is escaped."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    keys = [key for section in sections for key in section.keys]
    template = environment.get_template("page.html.j2")
    return template.render(sections=sections, keys=keys, title=options.title) + "\n"
