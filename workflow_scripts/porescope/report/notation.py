"""How symbols and units are printed, in figures and on the page; free of drawing libraries."""

from porescope.describe.names import DESCRIPTORS

SYMBOLS = {
    "phi": "φ",
    "tau": "τ",
    "tau_y": "τ(+y)",
    "alpha": "α",
    "beta": "β",
    "S_V": "Sᵥ",
    "S_S": "Sₛ",
    "t_s": "tₛ",
    "t_p": "tₚ",
    "l_s": "ℓₛ",
    "l_p": "ℓₚ",
    "xi": "ξ",
    "chi_V": "χᵥ",
    "sigma_r": "σᵣ",
    "SP2D": "SP₂D",
}
UNITS = {"1/um": "µm⁻¹", "1/um2": "µm⁻²", "1/um3": "µm⁻³", "um": "µm"}


def symbol_of(descriptor: str) -> str:
    """The symbol of a descriptor, as printed."""
    symbol = DESCRIPTORS[descriptor].symbol
    return SYMBOLS.get(symbol, symbol)


def unit_text(unit: object) -> str:
    """A unit of a table as it is printed: 1/um2 becomes µm⁻²; empty for a missing one."""
    text = unit if isinstance(unit, str) else ""
    return UNITS.get(text, text)


def plain_label(descriptor: str) -> str:
    """The name of a descriptor in words."""
    return DESCRIPTORS[descriptor].label.replace("phi", "φ")


def feature_name(feature: str) -> str:
    """A feature of a model as it is printed: its plain name and symbol; unknown ones as they are."""
    if feature not in DESCRIPTORS:
        return feature
    label = DESCRIPTORS[feature].label.removesuffix(" M/(|G| phi)").replace(", five directions", "")
    return f"{label} {symbol_of(feature)}"


def feature_symbol(feature: str) -> str:
    """The symbol of a feature as it is printed; the name of one that has none."""
    return symbol_of(feature) if feature in DESCRIPTORS else feature
