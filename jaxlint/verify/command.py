"""The command: collect findings, run them, report. Exit status 0, 1, 2 (130 after Ctrl-C)."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from jaxlint.config import ConfigError
from jaxlint.finding import Finding
from jaxlint.verify import collect, formats, report
from jaxlint.verify.emit import write_tests
from jaxlint.verify.model import DECISIVE, Job, Level, Limits, Result
from jaxlint.verify.options import Settings, UsageError, parse
from jaxlint.verify.pool import NoFence, Pool, ServerFailed

NOTHING, CONFIRMED, TROUBLE, INTERRUPTED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (the process's own unless given)."""
    try:
        settings = parse(sys.argv[1:] if argv is None else argv)
        found = gather(settings)
    except (UsageError, ConfigError, OSError) as error:
        return _trouble(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    for problem in found.problems:
        print(f"jaxlint.verify: {problem}", file=sys.stderr)
    for path in found.left_out:
        print(
            f"jaxlint.verify: {path} is left out by `exclude`; --isolated or --exclude= take it in",
            file=sys.stderr,
        )
    if settings.show is not None and not 1 <= settings.show <= len(found.findings):
        return _trouble(f"--show {settings.show}: there are {len(found.findings)} findings")
    try:
        results, whole = verify(found.findings, settings)
    except NoFence as error:
        return _trouble(str(error))
    except ServerFailed as error:
        return _trouble(
            f"cannot start: {error}\nTry: python -m pip install 'flake8-jaxlint[verify]'"
        )
    written = write(results, settings, len(found.findings))
    if found.problems or not written:
        return TROUBLE
    if not whole:
        return INTERRUPTED
    confirmed = any(r.verdict in DECISIVE for r in results)
    return CONFIRMED if confirmed and not settings.exit_zero else NOTHING


def gather(settings: Settings) -> collect.Collected:
    """The findings to run. Raises OSError."""
    out, config = collect.Collected(), settings.config
    if settings.report is not None:
        out = collect.from_report(collect.read_report(settings.report), config)
    if settings.paths:
        more = collect.from_paths(settings.paths, config, settings.jobs)
        out.findings += more.findings
        out.problems += more.problems
        out.left_out += more.left_out
    return out


def jobs_of(findings: Sequence[Finding], settings: Settings) -> list[Job]:
    """One job per finding; the other findings of its file go along as neighbours."""
    limits = Limits(settings.timeout, settings.memory, allow=settings.allow)
    levels = tuple(level.value for level in Level)
    return [
        Job(
            finding,
            levels=levels,
            inputs=settings.inputs_for(finding.span.path),
            command=settings.command,
            src=settings.src,
            limits=limits,
            others=tuple(
                f.span
                for f in findings
                if f is not finding and f.span.path == finding.span.path and f.span != finding.span
            ),
        )
        for finding in findings
    ]


def verify(findings: Sequence[Finding], settings: Settings) -> tuple[list[Result], bool]:
    """Results in the order of `findings`, and whether all were run. Raises ServerFailed."""
    chosen = list(findings)
    if not chosen:
        return [], True
    done: dict[int, Result] = {}
    live = report.Live(len(chosen))
    whole = True
    with Pool(min(settings.jobs, len(chosen))) as pool, live.shown():
        try:
            for number, result in pool.run(jobs_of(chosen, settings)):
                done[number] = result
                live.add(result)
        except KeyboardInterrupt:
            whole = False
    return [done[n] for n in sorted(done)], whole


def write(results: list[Result], settings: Settings, total: int) -> bool:
    """Print the report; whether everything could be written."""
    if settings.show is not None:
        if settings.show <= len(results):
            report.write_long(settings.show, results[settings.show - 1], settings, sys.stdout)
    elif settings.format == "table":
        report.write_table(results, sys.stdout, total)
    else:
        formats.WRITERS[settings.format](results, sys.stdout, total)
    if settings.emit is None:
        return True
    try:
        paths = write_tests(results, settings)
    except OSError as error:
        print(f"jaxlint.verify: {error}", file=sys.stderr)
        return False
    print(f"{len(paths)} tests written to {settings.emit}", file=sys.stderr)
    return True


def _trouble(text: str) -> int:
    print(f"jaxlint.verify: {text}", file=sys.stderr)
    return TROUBLE
