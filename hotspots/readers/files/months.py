"""The twelve months as files write them, written out and cut short, in Spanish, English, Portuguese and French."""

from __future__ import annotations

MONTHS: tuple[str, ...] = (
    "enero|ene|january|jan|janeiro|janvier|janv",
    "febrero|feb|february|fevereiro|fev|fevrier|fevr",
    "marzo|mar|march|marco|mars",
    "abril|abr|april|apr|avril|avr",
    "mayo|may|maio|mai",
    "junio|jun|june|junho|juin",
    "julio|jul|july|julho|juillet|juil",
    "agosto|ago|august|aug|aout",
    "septiembre|setiembre|sep|sept|set|september|setembro|septembre",
    "octubre|oct|october|outubro|out|octobre",
    "noviembre|nov|november|novembro|novembre",
    "diciembre|dic|december|dec|dezembro|dez|decembre",
)
MONTH_OF = {word: number for number, words in enumerate(MONTHS, start=1) for word in words.split("|")}
"""Each word, without accents and in small letters, and the number of its month."""
BEGINNINGS = {word[: 4 if word.startswith("jui") else 3]: number for word, number in MONTH_OF.items()}
"""The letters that a month begins with, as many as tell it from the others."""
