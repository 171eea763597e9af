"""Something to ask, or to complain about (12345): what it is about, in one's own words, a number to ring, a look at it.

It is handed in through the same outbox as an application and has a receipt. No card is asked for and no name: who wants
to be rung leaves a number, who does not leaves none.
"""

from __future__ import annotations

from dataclasses import replace

from matters import identity, steps
from matters.spoken import SUBJECTS
from matters.steps import Kind, Next, Option, Remark, Row
from matters.visit import clock
from matters.visit.state import Answers, Visit, answer, put
from matters.visit.words import say

WORDS_LEAST = 2  # characters; fewer say nothing that anybody could answer
WORDS_MOST = 120
ORDER = ("subject", "words", "phone", "check")


def begun(visit: Visit) -> Visit:
    fresh = replace(visit, answers=Answers(), drafts={}, strokes={}, before=None)
    return replace(fresh, place="say:subject", problem="", matter=None)


def going(visit: Visit) -> bool:
    """Whether what is being handed in, or was, is words and no application."""
    return visit.matter is None and bool(visit.answers.said)


def chosen(visit: Visit, option: str) -> Visit:
    if visit.place != "say:subject" or option not in SUBJECTS:
        return visit
    return replace(visit, drafts=put(visit.drafts, visit.place, option), problem="")


def limit(visit: Visit) -> int:
    """Characters that the present entry takes; 0 where nothing is entered."""
    return {"say:words": WORDS_MOST, "say:phone": 14}.get(visit.place, 0)


def pressed(visit: Visit, key: str) -> Visit:
    part = visit.place.partition(":")[2]
    if key == "back":
        return _back(visit, part)
    if key == "switch_input":
        return replace(visit, input="pinyin" if visit.input == "handwriting" else "handwriting")
    if part == "check":
        if key.startswith("change:"):
            place = key.removeprefix("change:")
            return replace(visit, place=place, problem="") if place.removeprefix("say:") in ORDER[:3] else visit
        return replace(visit, place="submitting", since=visit.at, problem="") if key == "main" else visit
    if key == "skip" and part == "phone":
        return _kept(visit, part, "")
    if key != "main":
        return visit
    text = visit.drafts.get(visit.place, visit.answers.said.get(part, ""))
    problem, tidy = _judged(part, text)
    return replace(visit, problem=problem) if problem else _kept(visit, part, tidy)


def _judged(part: str, text: str) -> tuple[str, str]:
    """(what is wrong, how it is kept)."""
    if part == "subject":
        return ("" if text in SUBJECTS else "choice.empty"), text
    if part == "words":
        words = text.strip()
        return ("text.empty" if not words else "text.too_short" if len(words) < WORDS_LEAST else ""), words
    tidy = identity.tidy_phone(text)
    return (identity.phone_problem(text) if tidy else ""), tidy


def _kept(visit: Visit, part: str, text: str) -> Visit:
    """On to the next part that has not been asked; straight back to the look at it when all have."""
    said = put(visit.answers.said, part, text)
    following = next((name for name in ORDER if name not in said), "check")
    return replace(answer(visit, said=said), place=f"say:{following}", problem="")


def _back(visit: Visit, part: str) -> Visit:
    here = ORDER.index(part)
    if "phone" in visit.answers.said and part != "check":  # a change that is taken back
        return replace(visit, place="say:check", problem="")
    if here == 0:
        return replace(visit, place="ask", problem="")
    return replace(visit, place=f"say:{ORDER[here - 1]}", problem="")


def step(visit: Visit) -> steps.Choice | steps.Entry | steps.Check:
    part = visit.place.partition(":")[2]
    said = visit.answers.said
    text = visit.drafts.get(visit.place, said.get(part, ""))
    if part == "subject":
        options = tuple(
            Option(code, say(visit, f"say.subject.{code}"), chosen=code == text,
                   state=say(visit, "state.chosen") if code == text else "")
            for code in SUBJECTS
        )  # fmt: skip
        remark = None
        if visit.problem:
            remark = Remark(code=f"problem.{visit.problem}", tone="care", icon="info-circle")
        title, hint = say(visit, "say.subject.title"), say(visit, "say.subject.hint")
        return steps.Choice(visit.place, None, True, title, hint, options, remark=remark)
    if part == "check":
        rows = (
            Row("say:subject", say(visit, "say.about"), say(visit, f"say.subject.{said.get('subject', '')}")),
            Row("say:words", say(visit, "say.words"), said.get("words", "")),
            Row(
                "say:phone",
                say(visit, "say.phone"),
                identity.mask_phone(said.get("phone", "")) or say(visit, "say.none"),
            ),
        )
        return steps.Check(visit.place, None, True, rows)
    title, hint = say(visit, f"say.{part}.title"), say(visit, f"say.{part}.hint")
    if part == "words":
        return steps.Entry(
            visit.place, None, True, Kind.TEXT, title, hint, text, WORDS_MOST, visit.input, visit.problem,
            say(visit, "say.words.main"),
        )  # fmt: skip
    return steps.Entry(
        visit.place, None, True, Kind.PHONE, title, hint, text, 14, "digits", visit.problem, optional=True
    )


def handed(visit: Visit, paper: steps.Paper, problem: str) -> steps.HandedIn:
    """Handed in: green only when the county has it."""
    done = visit.submitted
    called = "say_rings" if visit.answers.said.get("phone") else "say_reads"
    following = (
        (Next(called, "now"),) if visit.at_county else (Next("say_sent_by_itself", "now"), Next(called, "later"))
    )
    return steps.HandedIn(
        "handed", None, False, done.number if done else "", done.code if done else "", visit.at_county,
        done.at[11:16] if done else "", following, paper, problem,
    )  # fmt: skip


def over(visit: Visit) -> Visit:
    """The receipt has been taken: no rating is asked for."""
    return clock.farewell(visit, "done")
