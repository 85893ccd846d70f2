"""`jaxlint check`: find the files, check them, show what was found."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence

from jaxlint.cache import Cache
from jaxlint.cli.progress import Progress
from jaxlint.config import SETTINGS, Config, ConfigError, Options, Source, resolve
from jaxlint.discovery import STDIN, find_files
from jaxlint.finding import Diagnostic
from jaxlint.report import Report, writer
from jaxlint.runner import Checker, FileResult


def check(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    started = time.monotonic()
    try:
        config = configuration(options)
    except ConfigError as error:
        print(f"jaxlint: {error}", file=sys.stderr)
        return 2
    report = Report()
    found = find_files([path for path in options.paths if path != STDIN], config.exclude)
    report.diagnostics += [Diagnostic(path, 1, "no such file or folder") for path in found.missing]
    interrupted = False
    try:
        if STDIN in options.paths:
            _take(report, _check_stdin(options, config, report), config)
        for result in _check_files(found.files, options, config, report):
            _take(report, result, config)
    except KeyboardInterrupt:
        interrupted = True
    report.findings.sort(key=lambda finding: finding.sort_key)
    report.diagnostics.sort(key=lambda diagnostic: (diagnostic.path, diagnostic.line))
    report.seconds = time.monotonic() - started
    writer(options.format)(report, sys.stdout, sys.stderr, options.verbose)
    if interrupted:
        left = len(found.files) - report.files
        print(f"jaxlint: interrupted, with {left} files unchecked", file=sys.stderr)
        return 130
    return 2 if report.fatal else 1 if report.findings else 0


def configuration(options: argparse.Namespace) -> Config:
    """The settings of the command line over those of configuration files. Raises ConfigError."""
    from jaxlint import configfiles

    given = {
        setting.key: value
        for setting in SETTINGS
        if (value := getattr(options, setting.attribute)) is not None
    }
    layers: list[configfiles.Layer] = [(Source("command line", os.getcwd(), "--"), given)]
    if options.config is not None:
        layers += configfiles.named(options.config)
    elif not options.isolated:
        layers += configfiles.found()
    return resolve(layers)


def _take(report: Report, result: FileResult, config: Config) -> None:
    """Add to the report what the configuration wants of `result`."""
    report.files += 1
    report.findings += filter(config.shows, result.findings)
    report.suppressed += len([*filter(config.shows, result.suppressed)])
    report.diagnostics += result.diagnostics
    if config.report_unused_noqa:
        report.findings += [finding for finding in result.unused if config.selects(finding.code)]


def _check_stdin(options: argparse.Namespace, config: Config, report: Report) -> FileResult:
    name = options.stdin_display_name
    data = sys.stdin.buffer.read()
    report.sources[name] = data.decode("utf-8", "replace")
    return Checker(config.options).check(name, data)


def _check_files(
    files: Sequence[str], options: argparse.Namespace, config: Config, report: Report
) -> Iterator[FileResult]:
    """The results of all files: first those that the cache knows, then the others when done."""
    cache = None if options.no_cache else Cache(options.cache_dir, config.options)
    unknown = []
    for path in files:
        result = cache.get(path) if cache else None
        if result is None:
            unknown.append(path)
        else:
            report.cached += 1
            yield result
    try:
        for result in _check_anew(unknown, config.options, options.jobs):
            if cache:
                cache.put(result)
            yield result
    finally:
        if cache:
            cache.save()


def _check_anew(files: Sequence[str], options: Options, jobs: int | None) -> Iterator[FileResult]:
    if not files:
        return
    from jaxlint.parallel import available_cores, check_files

    with Progress(len(files), sys.stderr) as progress:
        for result in check_files(files, options, jobs or available_cores()):
            progress.advance()
            yield result
