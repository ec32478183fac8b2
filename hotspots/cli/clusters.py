"""`clusters`: circles, or bursts in place and time, with more homicides than chance explains."""

from __future__ import annotations

import argparse
import sys

from hotspots.cli.arguments import add_form, add_options, add_study, asked_of
from hotspots.cli.printing import print_csv, print_json, records
from hotspots.questions.restricted import clusters
from hotspots.store.schema import DataError
from hotspots.words import Words, told


def grammar(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the arguments."""
    say = words.say
    command.description = say(
        "Scan a city: `scan` looks at all circles of units (Kulldorff 1997), `space-time` at circles and spans of days, "
        "without a population (Kulldorff and others 2005). p is the share of shuffled maps with a cluster as strong."
    )
    add_study(command, words)
    command.add_argument("--method", choices=("scan", "space-time"), default="scan", help=say("what to look for (default: scan)"))
    cap = say("scan: the largest circle, as a share of the city")
    command.add_argument("--cap", type=float, default=0.1, metavar=say("SHARE"), help=cap)
    radius = say("space-time: the largest circle (default: 500)")
    command.add_argument("--radius", type=float, default=500.0, metavar=say("METRES"), help=radius)
    command.add_argument("--days", type=int, default=30, metavar=say("DAYS"), help=say("space-time: the longest span (default: 30)"))
    command.add_argument("--now", action="store_true", help=say("space-time: only what goes on at the end of the period"))
    command.add_argument("--shuffles", type=int, default=999, metavar="N", help=say("how often chance is tried (default: 999)"))
    command.add_argument("--seed", type=int, default=0, metavar="N", help=say("another number gives other shuffles (default: 0)"))
    add_form(command, words)
    add_options(command, words, of=("scan", "hot_spot"))


def run(choices: argparse.Namespace, words: Words) -> None:
    """Print the clusters that a scan finds, the strongest first."""
    asked = asked_of(choices)
    city, study = asked.city, asked.study
    if study.has_victims and not study.has_points:
        raise DataError(
            told("{city}: the homicides have no coordinates; a scan needs the places of single homicides", city=asked.city.slug)
        )
    if not study.has_points:
        raise DataError(told("{city}: published totals; a scan needs the places of single homicides", city=city.slug))
    shuffles = {"simulations": choices.shuffles, "seed": choices.seed}
    if choices.method == "scan":
        answer = asked.ask(clusters.circles, cap=choices.cap, **shuffles)
        reaching = asked.ask(clusters.straddling, cap=choices.cap, **shuffles).sentence(words)
        print(reaching, end="\n" if reaching else "", file=sys.stderr)
    else:
        answer = asked.ask(clusters.bursts, radius=choices.radius, days=choices.days, anytime=not choices.now, **shuffles)
    found = answer.value
    period = {"start": study.start.date().isoformat(), "end": study.end.date().isoformat()}
    about = {"city": city.slug, "method": choices.method, **period, "events": found.n, "compared_with": found.baseline, **shuffles}
    if choices.csv:
        print_csv(answer, asked, what=f"clusters: {choices.method}")
        return
    if choices.json:
        print_json({**about, "clusters": records(found.table)})
        return
    print("; ".join(f"{name} {value}" for name, value in about.items()), file=sys.stderr)
    for number, row in found.table.iterrows():
        cells = [str(number), str(row["centre"]), f"{row['radius']:.0f} m"]
        if "start" in row:
            cells.append(words.say("{start} to {end} (exclusive)", start=row["start"].date(), end=row["end"].date()))
        cells.append(words.say("{n} observed", n=row["observed"]))
        cells.append(words.say("{n} expected", n=f"{row['expected']:.2f}"))
        print("\t".join([*cells, f"{row['ratio']:.1f} ({row['ratio_low']:.1f}-{row['ratio_high']:.1f})", f"p {row['p']:.4g}"]))
