"""A run of checks as text, JSON and sheets of paper, in staff's words; and the words of every check."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hardware.conformance.checking import Finding, Outcome, Report
from papers import report as sheets

Words = Callable[..., str]
MARKS: dict[Outcome, sheets.Mark] = {
    Outcome.PASS: "good",
    Outcome.FAIL: "bad",
    Outcome.UNSUPPORTED: "lacking",
    Outcome.NOT_TRIED: "open",
}


def title_of(kind: str, key: str, words: Words) -> str:
    return words(f"conform.{kind.replace('-', '_')}.{key}")


def word_of(outcome: Outcome, words: Words) -> str:
    return words(f"conform.{outcome.replace(' ', '_')}")


def verdict(report: Report, words: Words) -> tuple[sheets.Mark, str]:
    if report.conforms:
        return "good", words("conform.conforms")
    failed = report.count(Outcome.FAIL)
    if failed:
        return "bad", words("conform.fails", fail=failed)
    missing = sum(not one.optional and one.outcome is not Outcome.PASS for one in report.findings)
    return "open", words("conform.incomplete", open=missing)


def line(report: Report, finding: Finding, words: Words) -> str:
    """One finding as one line of text."""
    note = f"（{finding.note}）" if finding.note else ""
    lack = words("conform.may_lack") if finding.optional and finding.outcome is not Outcome.PASS else ""
    title = title_of(report.kind, finding.key, words)
    return f"{finding.number} [{word_of(finding.outcome, words)}] {title}{note}{lack}"


def evidence(finding: Finding) -> list[str]:
    return [_said(one) for one in finding.evidence]


def _said(one: dict[str, Any]) -> str:
    return "  ".join(f"{name} {value}" for name, value in one.items() if value != "")


def _facts(report: Report, words: Words) -> list[tuple[str, str]]:
    counts = words(
        "conform.counted",
        good=report.count(Outcome.PASS),
        bad=report.count(Outcome.FAIL),
        lacking=report.count(Outcome.UNSUPPORTED),
        open=report.count(Outcome.NOT_TRIED),
    )
    facts = [(words("conform.address"), report.address), (words("conform.at"), report.at)]
    facts += [(words(f"conform.tells.{name}"), value) for name, value in report.about.items() if value]
    return [*facts, (words("conform.counts"), counts)]


def title(report: Report, words: Words) -> str:
    return words(f"conform.title_{report.kind.replace('-', '_')}")


def text(report: Report, words: Words) -> str:
    out = [title(report, words), verdict(report, words)[1], ""]
    out += [f"{label}: {value}" for label, value in _facts(report, words)]
    out.append("")
    for finding in report.findings:
        out.append(line(report, finding, words))
        out += [f"      {said}" for said in evidence(finding)]
    return "\n".join([*out, "", words("conform.foot"), ""])


def paper(report: Report, words: Words) -> sheets.Report:
    lines = tuple(
        sheets.Line(
            MARKS[one.outcome],
            word_of(one.outcome, words),
            one.number,
            title_of(report.kind, one.key, words),
            one.note,
            tuple(evidence(one)),
        )
        for one in report.findings
    )
    return sheets.Report(
        title(report, words), verdict(report, words), tuple(_facts(report, words)), lines, words("conform.foot")
    )
