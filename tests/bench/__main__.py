"""`python -m tests.bench`: five rounds of every way, side by side, and what came of them."""

from argparse import ArgumentParser, Namespace

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.bench import table
from tests.bench.rounds import QUICK, Figures, Sizes, run, ways
from tests.bench.stage import Stage
from tests.servers.absence import Absent
from tests.servers.ground import Ground

ROUNDS = 5


def asked() -> Namespace:
    """Return what the command line asks for."""
    parser = ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--quick", action="store_true", help="fewer events, for development")
    parser.add_argument("--only", nargs="*", default=[], choices=list(ways(Sizes())))
    parser.add_argument("--write", action="store_true", help="publish in docs/benchmarks.md")
    return parser.parse_args()


def main() -> None:
    """Measure, and print the table; a goal that is missed is told, and is no failure."""
    console, options, ground = Console(), asked(), Ground.new()
    try:
        console.print("Starting PostgreSQL and RabbitMQ …")
        stage = Stage(ground)
        sizes = QUICK if options.quick else Sizes()
        found = _measure(console, stage, sizes, options)
        _show(console, found)
        console.print(table.machine(stage.versions()))
        if options.write:
            table.publish(found, stage.versions(), sizes.ours)
    except Absent as absent:
        console.print(str(absent))
    finally:
        ground.clear()


def _measure(console: Console, stage: Stage, sizes: Sizes, options: Namespace) -> list[Figures]:
    turns = options.rounds * (len(options.only) or len(ways(sizes)))
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
    )
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        task = progress.add_task("", total=turns)
        done = iter(range(turns))

        def tick(name: str) -> None:
            progress.update(task, description=f"{name:32}", completed=next(done))
            if not console.is_terminal:
                console.print(name)

        found = run(stage, sizes, options.rounds, set(options.only), tick)
        progress.update(task, completed=turns)
    return found


def _show(console: Console, found: list[Figures]) -> None:
    console.print(_table(("figure", "median", "min", "max"), table.absolute_rows(found)))
    console.print(
        _table(("ratio", "median [min - max]", "goal", "reached"), table.ratio_rows(found))
    )


def _table(head: tuple[str, ...], rows: list[table.Row]) -> Table:
    shown = Table(*head)
    for row in rows:
        shown.add_row(*(cell.replace("[", r"\[") for cell in row))
    return shown


if __name__ == "__main__":
    main()
