"""What agencies call an offence, an outcome, its numbers and whose they are, in Spanish, English, Portuguese and French."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from hotspots.readers.columns.values import fold

# The first row that fits says what a text means; `death` rows count only beside a word of `KILLING` or `DYING`.
# (meaning, only beside a word for a death, words in: es, en, pt, fr)
OFFENCES: tuple[tuple[str, bool, str], ...] = (
    ("other", True, r"no (es )?homicidi\w*|not (an? )?(homicide|murder)|non? homicide|amenaza\w*|threat\w*|ameaca\w*|menaces?|encubri\w*"),
    ("void", False, r"^(?:case )?(?:unfounded|infundad[oa]|no crime|not a crime|infondee?)$"),
    ("other", True, r"accessory|conspir\w*|conspiracion|solicit\w*|unfounded|desistid\w*|natural(es)?|naturelle"),
    ("other", False, r"no (fatal|letal|mortal)(es)?|non ?fatal|not fatal|nao (fatal|letal)|non (mortel|mortelle)|ileso|ilesa|unharmed"),
    ("attempted", True, r"tentativas?|tentad[oa]s?|intentos?|frustrad\w*|en grado de|attempt\w*|atmpt\w*|att|tentatives?|tentee?s?"),
    ("attempted", False, r"(with )?intent to (kill|murder)|w ?i(ntent)? (kill|murder)|intencion de matar"),
    ("legal", True, r"legal|justifi\w*|non criminal|just|lawful\w*|legitim\w*|officer involved|police (action|shooting|intervention)"),
    ("legal", False, r"intervencion (legal|policial)|intervencao (legal|policial|de agente\w*)|legal intervention|agente do estado"),
    ("legal", True, r"by (police|law enforcement)|enfrentamiento|abatid\w*|auto de resistencia|cumplimiento del? deber|force publique"),
    ("unclear", True, r"suicid\w* .*(homicid\w*|murder\w*)|(homicid\w*|murder\w*|feminicid\w*) .*suicid\w*"),
    ("suicide", False, r"suicid\w*|autoinflig\w*|autoprovoc\w*|self (harm|inflicted)|autolesi\w*"),
    ("traffic", True, r"transito|trafico vehicular|vial(es)?|vehicul\w*|atropell\w*|colision|choque|accident\w*|acidente\w*|siniestro\w*"),
    ("traffic", True, r"traffic|vehic\w*|auto|dui|dwi|driving|motor\w*|hit and run|crash|circulation|routier\w*|route"),
    ("traffic", False, r"accidentes? de transito|hechos? de transito|traffic (accident|collision|crash)|acidentes? de transito"),
    ("negligent", True, r"culpos\w*|culpable|imprud\w*|involuntari\w*|preterintencional\w*|no intencional\w*|involuntary|reckless"),
    ("traffic", False, r"^(?:en )?(?:siniestros?|accidentes?) (?:vial(?:es)?|de transito)$|^vial(?:es)?$"),
    ("negligent", False, r"^culpos[oa]s?$"),
    ("attempted", False, r"^(?:(?:en )?grado de )?(?:tentativas?|tentad[oa]s?|frustrad[oa]s?|attempted|frustrated)$"),
    ("negligent", True, r"unintentional|unintended|nao intencional|involontaires?|par imprudence|negl?(?:ig\w*)?"),
    ("homicide", False, r"homicid\w*|asesinat\w*|asesinad\w*|feminicid\w*|femicid\w*|parricid\w*|infanticid\w*|sicariat\w*|uxoricid\w*"),
    ("homicide", False, r"murder(ed|s)?|killing|(non ?negligent|voluntary) manslaughter|assassinat\w*|latrocini\w*|meurtres?|assassine\w*"),
    (
        "died",
        False,
        r"killed|fatal(ity|ities|es)?|dead|deceased|died|muert[oa]s?|fallecid[oa]s?|occis[oa]s?|mort[oa]s?|obitos?|deces|tuee?s?",
    ),
    ("unclear", False, r"manslaughter|death|muertes?|fallecimientos?|mortes?|lesao corporal seguida de morte|deceso"),
    ("other", False, r"robo\w*|hurto\w*|lesion\w*|herid\w*|violacion\w*|abuso\w*|secuestr\w*|extorsi\w*|fraude\w*|estafa\w*|dan[oñ]s?"),
    ("other", False, r"narco\w*|drogas?|allanamiento|despojo|violencia\w*|abigeato|incendi\w*|acoso|desaparici\w*|armas?|ri[nñ]a"),
    ("other", False, r"robber\w*|burglar\w*|theft|larceny|stolen|steal\w*|assault\w*|battery|rape|sex\w*|drugs?|fraud|vandal\w*|arson"),
    ("other", False, r"trespass\w*|kidnap\w*|weapons?|harass\w*|injur\w*|wound\w*|hurt|forgery|prostitut\w*|mischief|missing|nuisance"),
    (
        "other",
        False,
        r"roubos?|furtos?|lesao|lesoes|estupro|trafico|estelionato|ferid\w*|sequestro|vols?|viols?|agressions?|blesse\w*|coups",
    ),
)
_NOT_NEGLIGENT = re.compile(r"\bnon? negl?(?:ig\w*)?\b|\bnonnegl?(?:ig\w*)?\b|\bno culpos\w*|\bnao culpos\w*")
_ROWS = tuple((meaning, beside, re.compile(rf"\b(?:{words})\b")) for meaning, beside, words in OFFENCES)
_DEATH = re.compile("|".join(rf"\b(?:{words})\b" for meaning, _, words in OFFENCES if meaning in ("homicide", "died")))
_MAYBE = re.compile(r"\b(?:manslaughter|deaths?|muertes?|fallecimientos?|mortes?|decesos?)\b")

# What a column speaks of, by its name: an offence; what may be one; a yes or no; how many were killed, were victims, were hurt.
_COUNT = (
    r"(?:(?:num|number|no|nr|n|total|count|cantidad|numero|quantidade|nombre|de|of|people|persons|victims|victimas|vitimas|was|were|"
    r"em|en|in|por) )*"
)
NAMES: dict[str, str] = {
    "offence": r".*\b(offen[cs]es?|crimes?|crm|ofns|delitos?|delictiv\w*|natureza|infractions?|infracao|infraccion|primary type|nibrs)\b.*",
    "maybe": (
        r".*\b(type|tipo\w*|subtipo\w*|category|categoria|description|descripcion|descricao|desc|modalidad|event|evento|incident|"
        r"incidente|causa|cause|manner|manera|outcome|resultado|severity|injury|harm|condition|condicion|estado|situacion|gravedad|fato|"
        r"nature|clase|class\w*|clasificacion|suceso|hecho|muerte|death|lesion|motive|result|desfecho|consecuencia|charge)\b.*"
    ),
    "flag": (
        r"(?:is |es |was |statistical )*(?:victim |victima )?(fatal|fatality|murder|homicide|homicidio|feminicidio|femicide|killed|died|"
        r"deceased|dead|lethal|letal|muert[oa]|fallecid[oa]|fallecio|murio|asesinad[oa]|obito|mort[oae]?|deces|fatal shooting)"
        r"(?: flag| ind| indicator| yn| y n)?"
    ),
    "attempt": r"(?:es |is |fue |en )*(?:grado de )?(tentativa|tentado|attempted|attempt|intento)(?: flag| ind| yn| y n| s n)?",
    "killed": (
        r"(?:num|number|no|nr|n|total|count|of| )*(?:fatal|fatally|deceased|dead|killed|murdered|homicide|murder|slain) "
        r"(?:shot|injured|victims?|persons?|people|count|injuries)(?: count| total)?|"
        rf"{_COUNT}(?:hom|homicidios?) (?:dolosos?|intencional(?:es)?)|cvli|letalidade violenta|"
        rf"{_COUNT}(killed|fatalities|deaths|dead|deceased|homicides?|murders?|muert[oa]s|muertes|fallecid[oa]s|homicidios?|asesinatos?|"
        r"asesinad[oa]s|occisos|decesos|defunciones|mort[oae]s|obitos|morts|tues|mortales|fatales|fatais)(?: count| total| num)?"
    ),
    "victims": rf"{_COUNT}(victims?|victimas?|vitimas?|victimes?|cantidad|quantidade)(?: count| total| num)?",
    "hurt": (
        r"(?:num|number|no|nr|n|total|count|of| )*(?:non ?fatal|injured|wounded|surviving|hurt) (?:victims?|persons?|people|shot|count)|"
        rf"{_COUNT}(injured|wounded|hurt|injuries|heridos|lesionados|feridos|blesses|shot)(?: count| total)?"
    ),
}
_NAMED = {kind: re.compile(pattern) for kind, pattern in NAMES.items()}
# A column of this name is about the offence and is not it.
_BESIDE = re.compile(
    r".*\b(id|date|fecha|data|time|hora|hour|year|ano|anio|mes|month|location|address|direccion|lugar|place|zone|zona|area|barrio|lat|lon|"
    r"latitud|longitud|unit|number|rate|tasa|taxa|arma|weapon|premis|premise|victim type|tipo de arma)\b.*"
)
_DEATHS = re.compile(r"\b(?:deaths|fatalit(?:y|ies)|muert[oa]s|muertes|fallecid[oa]s|mort[oae]s|obitos|morts|deces)\b")
_SAYS = re.compile(r"homicid|\bhom dolos|\bcvli\b|asesin|murder|feminicid|femicid|killing|killed|meurtre|assassin|occis")

_STAGES = re.compile(r"consumad[oa]s?|consummated|completed|consommee?s?")  # of a crime that was no attempt
# A word was set beside another without a sign between them, as in `victimCount` and `RMSOccurrenceDate`.
_CAMEL = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Ý])|(?<=[A-Z])(?=[A-Z][a-zà-ÿ])")

YES = frozenset({"1", "1.0", "true", "t", "yes", "y", "si", "s", "sim", "oui", "o", "x", "v", "verdadero", "verdadeiro", "vrai"})
NO = frozenset({"0", "0.0", "false", "f", "no", "n", "nao", "non", "falso", "faux"})


def plain(name: str) -> str:
    """Return a column's name in small letters and plain words.

    >>> plain("Crm_Cd-Desc"), plain("RMSOccurrenceDate"), plain("OBJECTID")
    ('crm cd desc', 'rms occurrence date', 'objectid')
    """
    return re.sub(r"[^a-z0-9]+", " ", fold(_CAMEL.sub(" ", name))).strip()


def by_plain_name(names: Iterable[str]) -> dict[str, str]:
    """Return plain name → name of a column, also without what stands in brackets behind it; of two of one name the first.

    >>> by_plain_name(["Latitud (WGS84)", "Edad", "edad"])
    {'latitud wgs84': 'Latitud (WGS84)', 'edad': 'Edad', 'latitud': 'Latitud (WGS84)'}
    """
    listed = [str(name) for name in names]
    found: dict[str, str] = {}
    for form in (plain, lambda name: plain(re.sub(r"\s*[(\[][^()\[\]]*[)\]]\s*$", "", name))):
        for name in listed:
            found.setdefault(form(name), name)
    return found


def meaning_of(text: str) -> str:
    """Return what the name of an offence or an outcome says: homicide, attempted, negligent, traffic, suicide, legal, other, unclear.

    `died` is a death that the text does not call a homicide, such as "fatal".

    >>> [meaning_of(one) for one in ("HOMICIDIO DOLOSO", "Tentativa de homicidio", "MURDER & NON-NEGL. MANSLAUGHTER", "Robo")]
    ['homicide', 'attempted', 'homicide', 'other']
    >>> [meaning_of(one) for one in ("Homicidio culposo", "HOMICIDIO CULPOSO POR TRÁNSITO", "Suicide", "Non-fatal", "P1")]
    ['negligent', 'traffic', 'suicide', 'other', 'unclear']
    """
    words = re.sub(r" +", " ", _NOT_NEGLIGENT.sub(" voluntary ", plain(text))).strip()
    death = bool(_DEATH.search(words) or _MAYBE.search(words))
    for meaning, beside, pattern in _ROWS:
        if (death or not beside) and pattern.search(words):
            return meaning
    return "unclear"


def says_stages(values: Iterable[str]) -> bool:
    """Return whether all the values say how far a crime went, and some that it was an attempt.

    >>> says_stages(["CONSUMMATED", "ATTEMPTED", "FRUSTRATED"]), says_stages(["Consumado", ""]), says_stages(["Norte", "Tentativa"])
    (True, False, False)
    """
    said = [value for value in values if value.strip()]
    attempts = [meaning_of(value) == "attempted" for value in said]
    return any(attempts) and all(tried or _STAGES.fullmatch(plain(value)) for tried, value in zip(attempts, said, strict=True))


def kinds_of(name: str) -> frozenset[str]:
    """Return what a column of this name may hold: offence, maybe, flag, attempt, killed, victims, hurt.

    >>> sorted(kinds_of("Crm Cd Desc")), sorted(kinds_of("num_killed")), sorted(kinds_of("homicide date")), sorted(kinds_of("IS_FATAL"))
    (['maybe', 'offence'], ['killed'], [], ['flag'])
    """
    words = plain(name)
    if _BESIDE.fullmatch(words):
        return frozenset()
    return frozenset(kind for kind, pattern in _NAMED.items() if pattern.fullmatch(words))


# What a person is in a case, in the rows of a list that names more than its victims.
_ROLES: dict[str, re.Pattern[str]] = {
    "victim": re.compile(
        r"(?:menor(?:es)? (?:de edad )?)?(?:vic|victims?|decedent|deceased|victimas?|occis[oa]|fallecid[oa]|cadaver(?:es)?|"
        r"muert[oa]|vitimas?|victimes?|agraviad[oa]s?)(?: (?:[0-9]+|direct[ao]s?|menor(?:es)?|fatal(?:es)?|mortal(?:es)?|a|o a|a o))?"
    ),
    "person": re.compile(
        r"(?:victimas? indirectas?|indirect victims?|vitimas? indiretas?|"
        r"(?:probable|presunt[oa]|possivel|suspected) (?:responsables?|autor(?:es|a)?)|"
        r"suspects?|offenders?|arrestees?|perpetrators?|perp|defendants?|accused|witness(?:es)?|complainants?|informants?|"
        r"sus|susp|wit|arr|rp|"
        r"reporting (?:party|person)|persons? reporting|next of kin|relatives?|survivors?|sospechos[oa]s?|imputad[oa]s?|victimari[oa]s?|"
        r"agresor(?:es|a|as)?|detenid[oa]s?|acusad[oa]s?|inculpad[oa]s?|procesad[oa]s?|investigad[oa]s?|testigos?|denunciantes?|querellantes?|"
        r"quejos[oa]s?|ofendid[oa]s?|familiar(?:es)?|parientes?|indiciad[oa]s?|responsables?|declarantes?|"
        r"suspeit[oa]s?|autor(?:es|a)?|testemunhas?|comunicantes?|noticiantes?|mis en cause|auteurs?|temoins?|suspectes?|plaignants?)"
        r"(?: (?:[0-9]+|a|o a|a o))?"
    ),
}
_AND = re.compile(r" (?:y|u|o|e|and|or|et|ou) ")
_OF_ROLES = re.compile(  # in the name of a column that says them
    r"\b(?:calidad|roles?|rol|papel|funcao|qualidade|involvement|party|involucrad\w*|envolvid\w*|intervinientes?|participante|person type|"
    r"type of person|tipo (?:de )?(?:persona|pessoa|interviniente|participante)|(?:condicion|situacion|figura) juridica)\b"
)
_KNOWN_LEAST = 0.5  # of the rows under such a name, that say a part in a case


def roles(values: Mapping[str, int], name: str = "") -> dict[str, str]:
    """Return value → victim, or person: somebody else than who was killed, where `values` (value → rows) say what a person is in a case.

    Both have to be among them, and nothing else, but under a `name` that speaks of such parts; there others are empty.

    >>> roles({"Victim": 5, "Suspect": 2}), roles({"Victim": 5, "": 2}), roles({"Víctima": 1, "Norte": 1})
    ({'Victim': 'victim', 'Suspect': 'person'}, {}, {})
    >>> roles({"OFENDIDO": 7, "VICTIMA Y DENUNCIANTE": 1, "CADAVER": 9, "LESIONADO": 1}, "Calidad Jurídica")
    {'OFENDIDO': 'person', 'VICTIMA Y DENUNCIANTE': 'person', 'CADAVER': 'victim', 'LESIONADO': ''}
    """
    found = {value: _role(plain(value)) for value in values if value.strip()}
    if set(found.values()) == set(_ROLES):
        return found
    known = sum(values[value] for value, role in found.items() if role)
    called = bool(_OF_ROLES.search(plain(name))) and known >= _KNOWN_LEAST * sum(values.values())
    return found if called and "person" in found.values() else {}


def _role(text: str) -> str:
    """Return the part that a text says; of a victim who is also something else, such as a complainant, the other."""
    said = {next((role for role, known in _ROLES.items() if known.fullmatch(part)), "") for part in _AND.split(text)}
    return "" if "" in said else "person" if "person" in said else "victim"


def may_count(name: str) -> bool:
    """Return whether a column of this name may be the number of people killed: it says so, or speaks of killings and of nothing beside.

    >>> may_count("homicides_ytd"), may_count("victims"), may_count("homicide_id"), may_count("Fecha homicidio")
    (True, True, False, False)
    """
    if _BESIDE.fullmatch(plain(name)):
        return False
    return bool(kinds_of(name) & {"killed", "victims"}) or says_killing(name) or bool(_DEATHS.search(plain(name)))


def says_killing(name: str) -> bool:
    """Return whether the name of a column speaks of killings.

    >>> says_killing("Fecha homicidio"), says_killing("date")
    (True, False)
    """
    return bool(_SAYS.search(plain(name)))


SEXES_SAID = {  # in the names of columns of numbers
    sex: frozenset(words.split())
    for sex, words in {
        "male": "hombre hombres masculino masculinos masc varon varones male males man men masculin hommes homme homens homem",
        "female": "mujer mujeres femenino femeninos fem female females woman women feminino feminin femmes femme mulheres mulher",
    }.items()
}


def sex_said(name: str) -> tuple[str, str]:
    """Return the one sex that the name of a column says, empty where it says none or both, and its other words.

    >>> sex_said("Homicidios hombres"), sex_said("2020 Mujeres"), sex_said("Hombres y mujeres")
    (('male', 'homicidios'), ('female', '2020'), ('', 'hombres y mujeres'))
    """
    words = plain(name).split()
    said = [sex for sex, known in SEXES_SAID.items() if known & set(words)]
    if len(said) != 1:
        return "", " ".join(words)
    return said[0], " ".join(word for word in words if word not in SEXES_SAID[said[0]])
