"""Score of both generators against compute: what was tried, and the shipped networks trained shorter and longer.

Run with `make bench`. The figures stand in generator_trials.csv, as they were measured on one core; the chart is drawn
in results/benchmarks/generator_trials.png.
"""

from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from porescope.report.style import ORIGIN_COLOURS, ORIGIN_NAMES

TRIALS = Path(__file__).with_name("generator_trials.csv")
CHART = Path("results/benchmarks/generator_trials.png")
SHIPPED = r"as shipped|\(shipped"
"""Settings of the networks in config/config.yaml, for other numbers of steps too."""


def main() -> None:
    trials = pd.read_csv(TRIALS).dropna(subset=["cpu_s", "error_ratio"])
    figure = Figure(figsize=(6.4, 4.2), layout="constrained")
    axes = figure.subplots()
    for generator, rows in trials.groupby("generator"):
        colour = ORIGIN_COLOURS[str(generator)]
        shipped = rows[rows["setting"].str.contains(SHIPPED)].sort_values("cpu_s")
        axes.scatter(rows["cpu_s"], rows["error_ratio"], s=14, color=colour, alpha=0.35, linewidths=0)
        axes.plot(shipped["cpu_s"], shipped["error_ratio"], marker="o", color=colour)
        last = shipped.iloc[-1]
        axes.annotate(
            ORIGIN_NAMES[str(generator)],
            (last["cpu_s"], last["error_ratio"]),
            (6, -3),
            textcoords="offset points",
            color=colour,
        )
        print(shipped[["generator", "steps", "cpu_s", "error_ratio"]].to_string(index=False))
    axes.axhline(1, color="grey", linewidth=0.8, linestyle="--")
    axes.annotate(
        "real sections of other slabs",
        (1, 1),
        (0, 3),
        axes.get_yaxis_transform(),
        textcoords="offset points",
        ha="right",
    )
    axes.set(
        xscale="log",
        ylim=(0, None),
        xlabel="training of one network (s of one core)",
        ylabel="error of condition means / distance of real sections",
    )
    axes.set_xticks([30, 50, 100, 200, 300], labels=["30", "50", "100", "200", "300"])
    axes.minorticks_off()
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_title(
        "Error against compute\nlines: the shipped networks by steps; points: all that was tried",
        loc="left",
        fontsize=10,
    )
    CHART.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(CHART, dpi=150)
    print(f"drawn in {CHART}")


if __name__ == "__main__":
    main()
