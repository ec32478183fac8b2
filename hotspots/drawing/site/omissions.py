"""What a release leaves out, by what rules, and how to ask for a correction, for every public face."""

from __future__ import annotations

from hotspots.drawing.site import sentences
from hotspots.release import HELD, Reading
from hotspots.words import Words, mark

WITHHELD = mark(
    "Victims whom the agency withholds, such as sealed cases or deaths still being classified: taken out before any sum. How "
    "many is not published, because that number would itself tell of them."
)
NO_POINTS = mark(
    "Single homicides, their places and days, and maps made from points: with the method known, even a picture gives the places back."
)
CORRECTION = mark(
    "Say which area, which window and which number you think is wrong. Do not name a victim in public. The agency corrects its "
    "records; the correction shows in the next window. A published number is not changed, because the difference would show which "
    "record was corrected."
)


def not_held(reading: Reading, words: Words) -> list[str]:
    """Return what the numbers do not hold."""
    changes = [note for note in reading.notes if note.kind == "definition"]
    lines = [f"{words.date(note.start.date())}: {words.own(note.text)}." for note in changes]
    lines.append(words.say("Deaths that nobody reported, and people who are missing."))
    day = words.date(reading.last_day.date())
    if reading.republished:
        lines.append(words.say("The time after {day}.", day=day))
        return [*lines, words.say("Places without a number: nobody published one. That is not 0.")]
    return [
        *lines,
        words.say("The time after {day}: only complete years are published.", day=day),
        words.say(WITHHELD),
        words.say("Registrations that came late: a published year stays as it is; a later window counts them."),
        words.say(NO_POINTS),
    ]


def rules(reading: Reading, words: Words) -> list[str]:
    """Return the rules that the release was made by."""
    wide = words.say(
        "Intervals allow for people killed together: they are as wide as if one death in {n} were counted.",
        n=words.number(reading.release.victims_vary(reading.last_day), 1),
    )
    if reading.republished:
        public = words.say("These numbers were public already, so none is hidden; a number that its publisher held back stays held back.")
        return [public, wide]
    told = reading.rules
    lag = int(told["lag_months"])
    waits = words.count(
        "At least {n} full month passes before a year is published.", "At least {n} full months pass before a year is published.", lag
    )
    return [
        *[waits] * bool(lag),
        sentences.threshold(reading, words),
        sentences.floor(reading, words),
        words.count(
            "Areas are counted over a whole year.", "Areas are counted over windows of {n} years that do not overlap.", told["window_years"]
        ),
        words.say("Age, sex, weapon and the like: for the whole city and a whole window, one at a time, and no number under 10."),
        words.say(sentences.EXPLAINED[HELD]),
        wide,
        words.say("Before it was published, a program tried to work out every hidden number from everything ever released, and could not."),
    ]
