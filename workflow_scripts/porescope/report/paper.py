"""The published porous coppers beside the simulated ones: each number that the paper gives, and the campaign's."""

from collections.abc import Callable

import pandas as pd

from porescope.simulate.contact import SIEMENS_PER_METRE

PAPER = "Communications Materials (2024), doi 10.1038/s43246-024-00493-5"

THOUSAND_SIEMENS_PER_CM = 1e5
"""In S/m. The paper's printed unit cannot be right for copper; with this one pore-free copper has 596."""

Lookup = Callable[[str, str, float], float]


def comparison(samples: pd.DataFrame, properties: pd.DataFrame | None) -> pd.DataFrame:
    """Published values beside those of a campaign with the same materials and temperatures.

    Parameters
    ----------
    samples : DataFrame
        describe/sample.csv of the simulated specimens.
    properties : DataFrame or None
        relate/properties.csv; None where no property is known.

    Returns
    -------
    DataFrame
        fact, unit, paper, campaign; only facts whose specimens the campaign has. A paper's range is its middle.
    """
    described = samples.drop_duplicates(["material", "temperature_C", "descriptor"]).set_index(
        ["descriptor", "material", "temperature_C"]
    )["mean"]

    def value(descriptor: str, material: str, temperature_C: float) -> float:
        return float(described.get((descriptor, material, temperature_C), float("nan")))

    rows = [*_density(value), *_surface(value), *_tortuosity(value), *_curvature(value)]
    if properties is not None:
        rows += _conductivity(properties)
    table = pd.DataFrame(rows, columns=["fact", "unit", "paper", "campaign"])
    return table.dropna(subset="campaign").reset_index(drop=True)


Fact = tuple[str, str, float, float]


def _density(value: Lookup) -> list[Fact]:
    porosity = {"HPA": 0.424, "HPB": 0.617, "NPC": 0.452}
    rise = {"HPA": 0.185, "HPB": 0.073, "NPC": 0.208}
    name = "relative_density"
    return [
        *((f"porosity of {m} at 175 °C", "", p, 1 - value(name, m, 175)) for m, p in porosity.items()),
        *(
            (f"rise of relative density of {m}, 175 to 400 °C", "", r, value(name, m, 400) - value(name, m, 175))
            for m, r in rise.items()
        ),
    ]


def _surface(value: Lookup) -> list[Fact]:
    pairs = [("HPA", "HPB", 175, 2.0), ("NPC", "HPB", 175, 2.0), ("NPC", "HPA", 400, 1.0), ("HPB", "HPA", 400, 0.7)]
    name = "specific_surface_per_um"
    return [
        (f"specific surface of {a} over that of {b} at {t} °C", "", paper, value(name, a, t) / value(name, b, t))
        for a, b, t, paper in pairs
    ]


def _tortuosity(value: Lookup) -> list[Fact]:
    given = {("HPA", 175): 1.039, ("HPA", 400): 1.013, ("NPC", 175): 1.030, ("NPC", 400): 1.008}
    return [(f"tortuosity of {m} at {t} °C", "", paper, value("tortuosity", m, t)) for (m, t), paper in given.items()]


def _curvature(value: Lookup) -> list[Fact]:
    gaussian = {("HPA", 175): -146.0, ("HPA", 400): -16.0, ("NPC", 175): -102.0}
    mean = {("HPA", 175): 2.18, ("HPA", 400): -1.72, ("NPC", 175): -0.93}
    return [
        *(
            (f"Gaussian curvature of {m} at {t} °C", "1/um2", paper, value("gaussian_curvature_per_um2", m, t))
            for (m, t), paper in gaussian.items()
        ),
        *(
            (f"mean curvature of {m} at {t} °C", "1/um", paper, value("mean_curvature_per_um", m, t))
            for (m, t), paper in mean.items()
        ),
    ]


def _conductivity(properties: pd.DataFrame) -> list[Fact]:
    """In 10^3 S/cm; nothing where the property is in no unit of conductivity."""
    unit = "10^3 S/cm"
    factor = properties["unit"].map(SIEMENS_PER_METRE).astype(float) / THOUSAND_SIEMENS_PER_CM
    measured = (properties["property"] * factor).groupby([properties["material"], properties["temperature_C"]]).first()

    def value(material: str, temperature_C: float) -> float:
        return float(measured.get((material, temperature_C), float("nan")))

    return [
        ("conductivity of HPA at 175 °C", unit, 2.3, value("HPA", 175)),
        ("conductivity of NPC at 175 °C", unit, 78.2, value("NPC", 175)),
        ("conductivity of NPC less that of HPA at 350 °C", unit, 50.2, value("NPC", 350) - value("HPA", 350)),
        ("conductivity of NPC less that of HPA at 400 °C", unit, 84.3, value("NPC", 400) - value("HPA", 400)),
    ]
