"""Contracts compiled into typed packages: model, passes, templates, files."""

from eventpact_codegen.generator import LeftOver, PackageReport, Report, generate, render
from eventpact_codegen.output import Drift
from eventpact_codegen.wheel import build

__all__ = ["Drift", "LeftOver", "PackageReport", "Report", "build", "generate", "render"]
