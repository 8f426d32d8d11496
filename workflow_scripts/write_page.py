"""Write the page of the campaign (rule write_page)."""

from porescope.report.page import PageOptions, write_page
from porescope.runtime import job


def main() -> None:
    with job(snakemake):
        write_page(
            files=dict(snakemake.input.items()),
            facts=snakemake.params.facts,
            left_out=snakemake.params.left_out,
            options=PageOptions(
                title=snakemake.params.title,
                model=snakemake.params.model,
                property_name=snakemake.params.property_name,
                seed=snakemake.params.seed,
            ),
            destination=snakemake.output.page,
        )


if __name__ == "__main__":
    main()
