"""How names of places are written → words that compare: accents, capitals, abbreviations in Spanish and English, numbers as ordinals."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

# What is written → the word it stands for. Words for kinds of streets and of areas say little by themselves; so do directions.
_WAYS = """
avenida: av ave avda avd avenue
calle: cl cll clle
street: st str
carrera: cra kra kr crr
carretera: ctra carret
road: rd
boulevard: bulevar blvd blv bvd boul
lane: ln
place: pl
plaza: pza plz
court: ct
parkway: pkwy pky
terrace: ter terr
square: sq
circle: cir
highway: hwy
alley: aly
expressway: expy
autopista: autop
pasaje: pje psje pasj
pasillo: psllo
callejon: cjon callej
paseo: pso
camino: cno
calzada: calz
diagonal: dg diag
transversal: tv trv transv
prolongacion: prol
colonia: col
barrio: bo brr
urbanizacion: urb
residencial: resid
poligono: polig
sector: sect
manzana: mz mza
district: dist distrito distr
drive:
"""
_DIRECTIONS = """
n: north norte nte
s: south sur
e: east este oriente ote
w: west oeste poniente pte
ne: northeast noreste nororiente
nw: northwest noroeste norponiente
se: southeast sureste suroriente
sw: southwest suroeste surponiente
"""
_OTHERS = """
santa: sta
santo: sto
saint:
mount: mt
fort: ft
general: gral gen
coronel: cnel
doctor: dra
profesor: prof
monsenor: mons
ingeniero: ing
licenciado: lic
senora: sra
1: primera primer primero first
2: segunda segundo second
3: tercera tercer tercero third
4: cuarta cuarto fourth
5: quinta quinto fifth
6: sexta sexto sixth
7: septima septimo seventh
8: octava octavo eighth
9: novena noveno ninth
10: decima decimo tenth
11: undecima undecimo eleventh
12: duodecima duodecimo twelfth
"""
_SMALL = frozenset(("a", "al", "d", "de", "del", "el", "la", "las", "los", "lo", "of", "the", "y"))
_ORDINAL = re.compile(r"([0-9]+)(?:st|nd|rd|th|ra|ro|er|da|do|ta|to|va|vo|ma|mo|na|no)")
_LONGEST = 60  # letters of a word; what is longer is cut
_SIGNS = re.compile(r"[^a-z0-9]")
_JOINED = re.compile(r"([a-z]{2,})([0-9]+[a-z]?)")
WAY, DIRECTION, SMALL = 0.35, 0.5, 0.1  # what such a word weighs beside a word of the name itself, which weighs 1


def _table(text: str) -> dict[str, str]:
    lines = (line.partition(":") for line in text.split("\n") if line)
    return {form: word for word, _, forms in lines for form in (word, *forms.split())}


_WAY_OF, _DIRECTION_OF = _table(_WAYS), _table(_DIRECTIONS)
_WORD_OF: Mapping[str, str] = {**_WAY_OF, **_DIRECTION_OF, **_table(_OTHERS)}
_WEAK: Mapping[str, float] = {
    **dict.fromkeys(_WAY_OF.values(), WAY),
    **dict.fromkeys(_DIRECTION_OF.values(), DIRECTION),
    **dict.fromkeys(_SMALL, SMALL),
}


def plain(text: str) -> str:
    """Return a text in small letters without accents, every sign a space; the mark of an ordinal goes.

    >>> plain("Av.  MÁRTIRES, 5.ª"), plain("O'Neill–Ñandú")
    ('av martires 5', 'oneill nandu')
    """
    if text.isascii():
        return " ".join(_SIGNS.sub(" ", text.lower().replace("'", "").replace("`", "")).split())
    bare = re.sub(r"(?<=[0-9])\.?[ªº°]", "", text)
    letters = (one for one in unicodedata.normalize("NFKD", bare).casefold() if not unicodedata.combining(one))
    signs = "".join("" if one in "'’`´" else one if one.isalnum() else " " for one in letters)
    return " ".join(signs.split())


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a name, each in the one form that all its ways of writing share, in their order.

    >>> words_of("Av. 5ta Norte"), words_of("avenida QUINTA nte"), words_of("5th Avenue North")
    (('avenida', '5', 'n'), ('avenida', '5', 'n'), ('5', 'avenida', 'n'))
    >>> words_of("C. 5 con Cra10"), words_of("St James St")
    (('calle', '5', 'con', 'carrera', '10'), ('saint', 'james', 'street'))
    """
    split = [part[:_LONGEST] for word in plain(text).split() for part in _parted(word)]
    after = [*split[1:], ""][: len(split)]
    return tuple(_word(one, following, first=at == 0) for at, (one, following) in enumerate(zip(split, after, strict=True)))


def _parted(word: str) -> tuple[str, ...]:
    """Return `cra10` as two words, and any other as it is."""
    found = _JOINED.fullmatch(word)
    return (found[1], found[2]) if found and found[1] in _WAY_OF else (word,)


def _word(written: str, following: str, *, first: bool) -> str:
    goes_on = bool(following) and following not in _DIRECTION_OF and not following[0].isdigit() and following not in _WAY_OF
    if written in ("st", "dr") and (goes_on or (first and following)):
        return {"st": "saint", "dr": "doctor"}[written]
    if written in ("c", "k", "cr") and following[:1].isdigit():
        return "calle" if written == "c" else "carrera"
    if written == "dr":
        return "drive"
    if written[0].isdigit():
        ordinal = _ORDINAL.fullmatch(written)
        return (ordinal[1] if ordinal else written).lstrip("0") or "0"
    return _WORD_OF.get(written, written)


def weight(word: str) -> float:
    """Return how much a word says of a name: 1, and less for kinds of streets, directions and small words.

    >>> weight("catedral"), weight("calle"), weight("n"), weight("de")
    (1.0, 0.35, 0.5, 0.1)
    """
    return _WEAK.get(word, 1.0)


def joined(words: Iterable[str]) -> str:
    """Return the words that a name cannot do without as one, so that a space too many or too few does not matter.

    >>> joined(words_of("Calle de la Vela Mayor"))
    'velamayor'
    """
    return "".join(word for word in words if weight(word) == 1)[:_LONGEST]
