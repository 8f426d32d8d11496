"""Collect the property of every specimen, measured or simulated (rule collect_properties)."""

from porescope.relate.properties import collect_properties
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        collect_properties(
            specimens=snakemake.params.specimens,
            simulated=snakemake.input.simulated,
            name=snakemake.params.property["name"],
            unit=snakemake.params.property["unit"],
            output=snakemake.output.properties,
        )


if __name__ == "__main__":
    main()
