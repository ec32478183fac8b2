"""The questions about files that a person brings in: what each answer would do, and which one is safe."""

from __future__ import annotations

import streamlit as st

from hotspots.cities import Understood
from hotspots.readers.asking import Question, where_of
from hotspots.words import Words
from hotspots.words.escape import safe_markdown

_SHOWN = 160  # letters of an answer that is made of values


def questions(understood: Understood, words: Words) -> dict[str, str] | None:
    """Draw the questions, and return question id → answer once the person has sent them."""
    st.header(words.say("Questions"), anchor=False)
    if understood.blocked:
        text = words.count(
            "{n} question must be answered before anything is published.",
            "{n} questions must be answered before anything is published.",
            len(understood.blocked),
        )
        st.warning(text)
    elif understood.open:
        st.caption(words.say("The safe answers are taken. Change one and read again, if you know better."))
    else:
        st.caption(words.say("All are answered. Change one and read again, if you know better."))
    with st.form("import_questions"):
        given = {one.id: _asked(one, words) for one in understood.questions}
        sent = st.form_submit_button(words.say("Use these answers"), type="primary" if understood.blocked else "secondary")
    return {name: answer for name, answer in given.items() if answer} if sent else None


def _asked(question: Question, words: Words) -> str:
    """Draw one question and return its answer, empty where there is none."""
    label = safe_markdown(words.tell(question.text))
    key = f"import_{question.id}"
    now = question.answer or question.safe
    if not question.options:
        return st.text_input(label, value=now, key=key).strip()
    names = {answer: _option(answer, question, words) for answer in question.options}
    index = list(names).index(now) if now in names else None
    answer = st.radio(label, list(names), format_func=names.__getitem__, index=index, key=key)
    shown = [f"**{safe_markdown(column)}**: {safe_markdown(' · '.join(values))}" for column, values in question.samples.items()]
    if shown:
        st.caption(words.say("For example: {values}", values="; ".join(shown)))
    return _own_choice(question, words, chosen={} if now in names else where_of(now, question.values)) or answer or ""


def _own_choice(question: Question, words: Words, *, chosen: dict[str, tuple[str, ...]]) -> str:
    """Draw the values of each column, where any of them may be the answer; return what the person put together, or nothing."""
    parts = []
    for column, values in question.values.items():
        names = {value: f"{value} · {words.tell(meaning)}" for value, meaning in values.items()}
        picked = st.multiselect(
            words.say("Or choose the values of {column} yourself", column=safe_markdown(column)),
            list(names),
            default=list(chosen.get(column, ())),
            format_func=names.__getitem__,
            placeholder=words.say("Choose values"),
            key=f"import_{question.id}_{column}",
        )
        parts += [f"{column}={'|'.join(picked)}"] if picked else []
    return " & ".join(parts)


def _option(answer: str, question: Question, words: Words) -> str:
    meaning = safe_markdown(words.tell(question.options[answer]))
    if answer in question.named:
        meaning = f"**{safe_markdown(_readable(answer, question))}**: {meaning}"
    return words.say("{answer} (the safe answer)", answer=meaning) if answer == question.safe else meaning


def _readable(answer: str, question: Question) -> str:
    """Return an answer as a person reads it: column and values, where it is made of these."""
    where = where_of(answer, question.values)
    text = "; ".join(f"{column} = {', '.join(values)}" for column, values in where.items()) or answer
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]} …"
