"""The pinned packages of the primer: download through pip, check the hash, unpack. Never installed.

pip builds the metadata of a source distribution, in an environment of its own, before it keeps it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
KEPT = (".py", ".pyi", "pyproject.toml", "setup.cfg", ".gitignore")
"""What is unpacked: the code, and what marks the root of a project."""
DOWNLOAD_SECONDS = 600


class NotAvailable(Exception):
    """The package can be had neither from the folder nor from an index."""


@dataclass(frozen=True)
class Package:
    """One release: `file` is the distribution on the index, `why` what it adds to the primer."""

    name: str
    version: str
    file: str
    sha256: str
    why: str

    @property
    def requirement(self) -> str:
        """The line of a requirements file that pins it, hash included."""
        return f"{self.name}=={self.version} --hash=sha256:{self.sha256}"


def packages() -> list[Package]:
    """All of packages.json."""
    return [Package(**entry) for entry in json.loads((HERE / "packages.json").read_text("utf-8"))]


def unpacked(package: Package, folder: Path) -> Path:
    """The folder with the package's code, below `folder`; downloaded unless it is there.

    Raises NotAvailable with the reason where that fails.
    """
    target = folder / "code" / package.file
    if not target.is_dir():
        target.parent.mkdir(parents=True, exist_ok=True)
        archive = _downloaded(package, folder / "downloads")
        with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
            part = Path(scratch, "part")
            _unpack(archive, part)
            os.replace(part, target)
    inner = [entry for entry in target.iterdir() if entry.is_dir()]
    # A source distribution holds one folder, named for the release.
    return inner[0] if package.file.endswith(".tar.gz") and len(inner) == 1 else target


def _downloaded(package: Package, folder: Path) -> Path:
    archive = folder / package.file
    if not archive.is_file():
        _download(package, folder)
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != package.sha256:
        raise AssertionError(f"{archive}: sha256 {found}, where packages.json has {package.sha256}")
    return archive


def _download(package: Package, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    binary = "--only-binary" if package.file.endswith(".whl") else "--no-binary"
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        pins = Path(scratch, "requirements.txt")
        pins.write_text(package.requirement + "\n", encoding="utf-8")
        command = [*pip, "--no-deps", binary, package.name, "--dest", scratch, "-r", str(pins)]
        try:
            run = subprocess.run(
                command, capture_output=True, text=True, timeout=DOWNLOAD_SECONDS, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise NotAvailable(f"{package.name}: no download in {DOWNLOAD_SECONDS} s") from error
        archive = Path(scratch, package.file)
        if run.returncode or not archive.is_file():
            lines = [line for line in run.stderr.splitlines() if "ERROR" in line]
            reason = lines[-1] if lines else run.stderr[-300:]
            raise NotAvailable(f"{package.requirement}: {reason}")
        os.replace(archive, folder / package.file)


def _unpack(archive: Path, target: Path) -> None:
    """Only what KEPT names, and nothing outside `target`."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            for name in wheel.namelist():
                if name.endswith(KEPT):
                    wheel.extract(name, target)
        return
    with tarfile.open(archive) as source:
        for member in source:
            path = (target / member.name).resolve()
            if not member.isfile() or not member.name.endswith(KEPT):
                continue
            if not path.is_relative_to(target.resolve()):
                raise AssertionError(f"{archive}: {member.name} leads outside")
            content = source.extractfile(member)
            assert content is not None
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                shutil.copyfileobj(content, file)
