"""The words that every catalogue must have under `words:`, because a step says them in text."""

from __future__ import annotations

REASONS = {  # 好差评: the national list's codes that fit a terminal in a village hall; the first digit is the level
    5: ("510", "511", "512", "515", "516", "517"),
    4: ("406", "408", "412", "409", "411", "413"),
    3: ("307", "308", "310", "311", "313", "314"),
    2: ("207", "208", "209", "210", "213", "214"),
    1: ("108", "109", "110", "113", "114", "115"),
}

RELATIONS = (
    "child",
    "spouse",
    "parent",
    "sibling",
    "relative",
    "neighbour",
    "agent",
)  # what the helper is to the person

SUBJECTS = ("question", "slow", "money", "manner", "machine", "other")  # what somebody asks or complains about

FACE = (  # needed where a person may be photographed
    "items.needs_face", "items.needs_person", "notice.face", "notice.faceless", "check.face", "check.face_taken",
    "decline.face.title", "decline.face.hint", "decline.face.window", "decline.face.window_reason",
)  # fmt: skip

NEEDED = (
    "more", "departments", "typed.number.title", "typed.number.hint", "typed.number.main", "typed.name.title",
    "typed.name.hint", "typed.name.main", "card.whose", "items.needs_card", "items.needs_parent", "state.do",
    "state.not",
    "state.chosen", "check.who", "check.items", "check.count", "check.pages", "check.signed", "check.not_needed",
    "check.later", "check.later_second", "check.delivery", "check.promise", "delivery.title", "items.title",
    "delivery.phone", "limit.after", "limit.now", "limit.unknown", "take.id_card", "take.receipt", "sex.1", "sex.2",
    "phone.hall", "phone.12345", "resume.title", "resume.hint", "resume.main", "take.slip",
    "card.whose_own", "card.whose_absent", "typed.number.absent", "typed.name.absent", "typed.number.helper",
    "typed.name.helper", "relation.title", "relation.hint", "mandate.title", "mandate.decline", "mandate.clause1",
    "mandate.clause2", "mandate.clause3", "check.for_whom", "check.helper",
    *(f"relation.{code}" for code in RELATIONS),
    "decline.title", "decline.hint", "decline.leave", "decline.later", "decline.items", "decline.papers",
    "decline.window", "decline.window_reason", "decline.main",
    "say.subject.title", "say.subject.hint", "say.words.title", "say.words.hint", "say.words.main", "say.phone.title",
    "say.phone.hint", "say.about", "say.words", "say.phone", "say.none",
    *(f"say.subject.{code}" for code in SUBJECTS),
    *(f"reason.{code}" for codes in REASONS.values() for code in codes),
)  # fmt: skip
