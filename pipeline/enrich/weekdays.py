"""Which day a weekday means: before or after the day of publication, by the words around it."""

import re
from datetime import timedelta

from pipeline.enrich.date_words import AFTER_NAMES, AHEAD, NAMES, WEEKDAYS
from pipeline.enrich.days import Context, Days, single_day

_WEEK = re.compile(r"\sweek\b(?!['’-])")  # "Tuesday week" is the one after the next


def weekday_meant(match: re.Match[str], context: Context) -> Days | None:
    """The last day of that name, the day of publication included; the next one where the text looks ahead."""
    if context.published is None or NAMES.search(context.before) or AFTER_NAMES.match(match.string, match.end()):
        return None
    which = (match["which"] or "").lower()
    number = WEEKDAYS[match["weekday"].lower()]
    back = (context.published.weekday() - number) % 7
    if re.search(r"\bon (?:a|any)\s$", context.before):
        return None
    if _WEEK.match(match.string, match.end()):
        return single_day(context.published + timedelta(days=14 - back))
    if which == "this" and back and not AHEAD.search(_clause(match, context)):
        return single_day(context.published + timedelta(days=number - context.published.weekday()))
    if which in ("last", "past"):
        return single_day(context.published - timedelta(days=back or 7))
    if which in ("next", "coming", "this coming"):
        return single_day(context.published + timedelta(days=(7 - back) or 7))
    due = re.search(r"\b(?:by|until|till|before|next)\s$", context.before)
    if back and (due or AHEAD.search(_clause(match, context))):
        return single_day(context.published + timedelta(days=7 - back))
    return single_day(context.published - timedelta(days=back))


def _clause(match: re.Match[str], context: Context) -> str:
    """The words around a weekday that tell whether it lies ahead: its part of the sentence, up to commas."""
    left, _, right = context.sentence.partition(match[0])
    before = re.split(r"[,;:“”\"]|\b(?:that|said|says|after|before|who|which)\b", left)[-1]
    after = re.split(r"[,;:“”\".]|\b(?:and|but|that|after|who|which)\b", right)[0]
    said = re.search(r"\b(?:said|told|announced|reported|warned|added)\s+(?:on\s+|reporters\s+on\s+)?$", left)
    return "" if said else f"{before} {after}"
