"""Contracts compiled into typed Python packages: model, passes, templates, files."""

from eventpact_codegen.generator import PackageReport, Report, generate, render
from eventpact_codegen.output import Drift
from eventpact_codegen.wheel import build

__all__ = ["Drift", "PackageReport", "Report", "build", "generate", "render"]
