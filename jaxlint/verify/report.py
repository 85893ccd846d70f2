"""The table: one row a finding, a summary with its denominator, one finding at length."""

from __future__ import annotations

import contextlib
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from jaxlint.paths import shown
from jaxlint.verify.model import Level, Result, Verdict

if TYPE_CHECKING:
    from rich.table import Table

    from jaxlint.verify.options import Settings

HEADINGS = ("#", "place", "code", "claimed", "happened", "how", "error", "fix cures")
COLOURS = {
    Verdict.CONFIRMED: "bold red",
    Verdict.CONTRACT: "yellow",
    Verdict.NOT_REPRODUCED: "cyan",
}
PHRASES = {
    Verdict.CONFIRMED: "confirmed in your code",
    Verdict.CONTRACT: "against the library's contract",
    Verdict.NOT_REPRODUCED: "ran without showing it",
    Verdict.UNREACHED: "not reached",
    Verdict.NO_INPUTS: "without inputs",
    Verdict.IMPORT_ERROR: "could not be imported",
    Verdict.BLOCKED: "blocked by the fence",
    Verdict.TIMEOUT: "out of time",
    Verdict.CRASHED: "crashed",
}


def row(number: int, result: Result) -> tuple[str, ...]:
    """The cells of one result."""
    finding = result.finding
    claimed = finding.hazard.value
    if finding.exception and finding.hazard.value == "error":
        claimed = f"error: {finding.exception}"
    what = result.message
    if result.exception and not what.startswith(result.exception):
        what = f"{result.exception}: {what}"
    cured = {True: "yes", False: "no", None: "-"}[result.cured]
    place = f"{shown(finding.span.path)}:{finding.span.line}"
    return (
        str(number),
        place,
        finding.code,
        claimed,
        result.verdict.value,
        result.level,
        what,
        cured,
    )


def summary(results: Sequence[Result], total: int | None = None) -> str:
    """`14 findings: 11 confirmed in your code, 1 confirmed as a pattern, 2 without inputs`."""
    counts: Counter[str] = Counter()
    for result in results:
        pattern = result.level == Level.PATTERN.value and result.verdict is Verdict.CONFIRMED
        counts["confirmed as a pattern" if pattern else PHRASES[result.verdict]] += 1
    order = [PHRASES[Verdict.CONFIRMED], "confirmed as a pattern", *PHRASES.values()]
    parts = []
    for phrase in dict.fromkeys(order):
        if counts[phrase]:
            parts.append(f"{counts[phrase]} {phrase}")
    whole = len(results) if total is None else total
    text = f"{whole} finding{'s' if whole != 1 else ''}"
    if whole > len(results):
        parts.append(f"{whole - len(results)} not run")
    return f"{text}: {', '.join(parts)}" if parts else f"{text}"


NOTE = "NOT_REPRODUCED and the verdicts below it do not mean that the code is safe."


def write_table(results: Sequence[Result], out: TextIO, total: int | None = None) -> None:
    """The finished table and its summary: drawn on a terminal, plain aligned text elsewhere."""
    rows = [row(n, r) for n, r in enumerate(results, 1)]
    if out.isatty():
        from rich.console import Console

        console = Console(file=out)
        if rows:
            console.print(drawn(results))
        console.print(summary(results, total), highlight=False)
    else:
        if rows:
            _plain(rows, out)
        print(summary(results, total), file=out)
    weak = [r for r in results if r.verdict.rank >= Verdict.NOT_REPRODUCED.rank]
    if weak:
        print(NOTE, file=out)


def shorten(text: str, width: int) -> str:
    """`text`, at most `width` characters of it."""
    return text if len(text) <= width else text[: width - 3].rstrip() + "..."


def _plain(rows: list[tuple[str, ...]], out: TextIO) -> None:
    cut = [(*r[:6], shorten(r[6], 60), r[7]) for r in rows]
    widths = [max(len(r[i]) for r in [HEADINGS, *cut]) for i in range(len(HEADINGS))]
    for cells in [HEADINGS, *cut]:
        print("  ".join(c.ljust(w) for c, w in zip(cells, widths, strict=True)).rstrip(), file=out)


def drawn(results: Sequence[Result]) -> Table:
    """The table for a terminal."""
    from rich.table import Table
    from rich.text import Text

    table = Table(*HEADINGS, box=None, header_style="bold")
    for number, result in enumerate(results, 1):
        cells: list[Any] = [Text(c) for c in row(number, result)]
        cells[4].stylize(COLOURS.get(result.verdict, "dim"))
        cells[6].truncate(80, overflow="ellipsis")
        table.add_row(*cells)
    return table


class Live:
    """What a terminal shows while workers run: finished rows and a progress bar."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.results: list[Result] = []
        self._live: Any = None
        self._bar: Any = None
        self._task: Any = None

    def add(self, result: Result) -> None:
        """One more finding is done."""
        self.results.append(result)
        if self._live is not None:
            self._bar.advance(self._task)
            self._live.update(self._group())

    def _group(self) -> Any:
        from rich.console import Group

        height = max(5, os.get_terminal_size(sys.stderr.fileno()).lines - 4)
        return Group(drawn(self.results[-height:]), self._bar)

    @contextlib.contextmanager
    def shown(self) -> Iterator[None]:
        """Draw on standard error while the block runs, when that is a terminal."""
        if not sys.stderr.isatty() or not self.total:
            yield
            return
        from rich.console import Console
        from rich.live import Live as RichLive
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

        self._bar = Progress(BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._task = self._bar.add_task("findings", total=self.total)
        console = Console(stderr=True)
        with RichLive(self._group(), console=console, transient=True) as self._live:
            yield
        self._live = None


def write_long(number: int, result: Result, settings: Settings, out: TextIO) -> None:
    """`--show N`: how the finding was run, and everything that was seen."""
    print(f"finding {number}: {'  '.join(row(number, result)[1:6])}", file=out)
    print(f"{result.message}\n", file=out)
    print("--- the run, as a program ---", file=out)
    print(result.program or " ".join(settings.command) or result.ran, file=out)
    print("--- what was seen ---", file=out)
    print(result.detail, file=out)
