"""What agencies call things, in Spanish, English, Portuguese and French: column names and the words in them.

All are written without case, accents and signs. To teach the reader a name, add it to a row, or a row to `COLUMN_NAMES`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# Section and key of city.toml, language, names; for one key the surest rows first, and within a row the surest names.
# A date on which something happened comes before one that does not say, and that before one on which it was reported.
_ANY_DATE = "date|datetime|date time|dispatch date time|timestamp"  # of what, they do not say
COLUMN_NAMES: tuple[tuple[str, str, str, str], ...] = (
    (
        "incidents",
        "date",
        "en",
        "date occurred|occurred date|occurred|cmplnt fr dt|incident occurred at|begin date|begindate|crimedatetime|"
        "date occ|occ date|occur date|occurrence date|occurred on date|occurred on|occurred at|"
        "date of occurrence|"
        "date of incident|incident date|incident datetime|date incident|crime date|crimedate|crime date time|"
        "offense date|offence date|"
        "date of offense|homicide date|date of homicide|date of murder|murder date|date of death|death date|occ datetime|occur datetime|"
        "occurrence datetime|from date|event date|date of event|shooting date|date committed|occurred date time",
    ),
    (
        "incidents",
        "date",
        "es",
        "fecha del hecho|fecha de hecho|fecha hecho|fecha hechos|fecha de los hechos|fecha de ocurrencia|fecha ocurrencia|fecha infraccion|"
        "fecha del evento|fecha evento|fecha homicidio|fecha del homicidio|fecha del suceso|fecha suceso|fecha del incidente|"
        "fecha incidente|fecha del delito|fecha delito|fecha de muerte|fecha muerte|fecha de defuncion|fecha defuncion|fecha de comision",
    ),
    (
        "incidents",
        "date",
        "pt",
        "data do fato|data fato|data da ocorrencia|data ocorrencia|data do homicidio|data homicidio|data do crime|data crime|"
        "data do obito|data obito|data do evento|data evento|data hora fato|data hora do fato|dt fato|dt ocorrencia|dtobito|dt obito|"
        "data ocorrencia bo",
    ),
    (
        "incidents",
        "date",
        "fr",
        "date des faits|date du fait|date de l incident|date incident|date de l homicide|date homicide|date du crime|date du deces|"
        "date deces|date de l evenement|date evenement",
    ),
    ("incidents", "date", "en", _ANY_DATE),
    ("incidents", "date", "es", "fecha|fecha hora|fecha y hora|fechahora"),
    ("incidents", "date", "pt", "data|data hora|data e hora|dt"),
    ("incidents", "date", "fr", "date heure|date et heure|jour"),
    ("incidents", "date", "en", "day"),
    ("incidents", "date", "es", "dia"),
    (
        "incidents",
        "date",
        "en",
        "reported date|date reported|date rptd|report date|report datetime|reported on|rpt date|date of report|date reported to police",
    ),
    (
        "incidents",
        "date",
        "es",
        "fecha de denuncia|fecha denuncia|fecha de reporte|fecha reporte|fecha de registro|fecha registro|fecha inicio",
    ),
    ("incidents", "date", "pt", "data do registro|data registro|data da comunicacao|data comunicacao"),
    ("incidents", "date", "fr", "date du signalement|date signalement|date d enregistrement|date de declaration"),
    ("incidents", "year", "en", "year|incident year|occurrence year|occ year|year of incident|yr|year of the sheet"),
    (
        "incidents",
        "year",
        "es",
        "ano|anio|a o|ano hecho|ano del hecho|ano de ocurrencia|ano ocurrencia|"
        "anio ocur|anio ocurr|ano ocur|ano ocurr|ano ocu|anio ocu|ano registro|gestion",
    ),
    ("incidents", "year", "pt", "ano do fato|ano fato|ano da ocorrencia|ano ocorrencia"),
    ("incidents", "year", "fr", "annee|annee des faits"),
    ("incidents", "month", "en", "month|incident month|occurrence month|occ month|month of incident|mon"),
    ("incidents", "month", "es", "mes|mes hecho|mes del hecho|mes de ocurrencia|mes ocurrencia|mes ocurr|mes ocu|mes registro|nombre mes"),
    ("incidents", "month", "pt", "mes do fato|mes fato|mes da ocorrencia|mes ocorrencia"),
    ("incidents", "month", "fr", "mois|mois des faits"),
    ("incidents", "day", "en", "day|day of month|incident day|occurrence day|occ day"),
    ("incidents", "day", "es", "dia|dia hecho|dia del hecho|dia de ocurrencia|dia ocurrencia|dia ocurr|dia ocu|dia del mes|dia registro"),
    ("incidents", "day", "pt", "dia do fato|dia fato|dia da ocorrencia|dia ocorrencia"),
    ("incidents", "day", "fr", "jour|jour du mois"),
    (
        "incidents",
        "time",
        "en",
        "cmplnt fr tm|time|time occurred|occur time|"
        "occurred from time|time occ|occ time|occurrence time|incident time|time of incident|time of day|crime time|time committed",
    ),
    (
        "incidents",
        "time",
        "es",
        "hora infraccion|hora hecho|hora del hecho|hora de hecho|hora de los hechos|hora hechos|horahecho|hora ocurrencia|"
        "hora ocurr|hora ocu|hora|horas|"
        "rango de hora|rango hora|rango horario|intervalo de hora|intervalo hora|intervalo horario|franja horaria|tramo horario|intervalo",
    ),
    ("incidents", "time", "pt", "hora do fato|hora fato|hora da ocorrencia|hora ocorrencia|hora ocorrencia bo|horario|faixa horaria"),
    ("incidents", "time", "fr", "heure|heure des faits|heure de l incident"),
    (
        "incidents",
        "x",
        "en",
        "lon|lng|long|longitude|longitude public|center long|centerlong|"
        "lon wgs84|long wgs84|longitude wgs84|wgs84 lon|incident longitude|x|coord x|coordx|x coord|xcoord|x coordinate|"
        "point x|pointx|pos x|posx|x pos|easting|geo x|geo lon|gps longitude|x wgs84|start lng|long x|map longitude|x coord cd",
    ),
    ("incidents", "x", "es", "longitud|coordenada x|coordenadas x|coord long|coordenada longitud|longitud x|x longitud|este|coord este"),
    ("incidents", "x", "pt", "coord longitude|longitude do fato|coordenada longitude|longitude x"),
    ("incidents", "x", "fr", "coordonnee x|coord longitude x|longitude du lieu"),
    (
        "incidents",
        "y",
        "en",
        "lat|latitude|latitude public|center lat|centerlat|"
        "lat wgs84|latitude wgs84|wgs84 lat|incident latitude|y|coord y|coordy|y coord|ycoord|y coordinate|point y|pointy|pos y|posy|"
        "y pos|northing|geo y|geo lat|gps latitude|y wgs84|start lat|lat y|map latitude|y coord cd",
    ),
    ("incidents", "y", "es", "latitud|coordenada y|coordenadas y|coord lat|coordenada latitud|latitud y|y latitud|norte|coord norte"),
    ("incidents", "y", "pt", "coord latitude|latitude do fato|coordenada latitude|latitude y"),
    ("incidents", "y", "fr", "coordonnee y|coord latitude y|latitude du lieu"),
    (
        "incidents",
        "geometry",
        "en",
        "geometry|geom|the geom|wkt|wkt geom|shape|location|location 1|point|geo point|geo point 2d|georeference|geocoded column|"
        "lat long|lat lon|lat lng|latlong|latlon|latitude longitude|coordinates|coords|new georeferenced column|mapped location",
    ),
    ("incidents", "geometry", "es", "geometria|punto|coordenadas|coordenada|ubicacion|georreferencia|latitud longitud|lat longitud"),
    ("incidents", "geometry", "pt", "coordenadas geograficas|localizacao|ponto|georreferenciamento"),
    ("incidents", "geometry", "fr", "coordonnees|localisation|point geo|coordonnees geographiques"),
    (
        "incidents",
        "area",
        "en",
        "neighborhood|neighbourhood|neighborhood name|neighbourhood name|hood|hood id|community area|community area name|ward|tract|"
        "census tract|beat|police beat|precinct|district|police district|division|borough|municipality|"
        "city or county|city|town|county|state|country|country name",
    ),
    (
        "incidents",
        "area",
        "es",
        "barrio|nombre barrio|barrio hecho|colonia|colonia hecho|colonia hechos|"
        "vereda|canton|comuna|corregimiento|sector|cuadrante|zona|parroquia|circuito|distrito|"
        "codigo dane|codigo municipio|cod municipio|cod mpio|cod muni|ubigeo|municipio|municipio hecho|alcaldia|alcaldia hecho|"
        "mupio ocu|mun ocurr|depto ocu|ent ocurr|departamento|depto|dpto|provincia|estado|entidad|pais",
    ),
    ("incidents", "area", "pt", "bairro|aisp|risp|delegacia|nome delegacia|cisp|codigo ibge|codmunocor|municipio|nome municipio|cidade"),
    (
        "incidents",
        "area",
        "fr",
        "quartier|arrondissement|section communale|commune|departement|code commune|code insee|codgeo|code departement|code region|region",
    ),
    (
        "incidents",
        "age",
        "en",
        "age|victim age|ages|age of victim|vic age|vict age|victim s age|"
        "age group|victim age group|age of the victim|age years|age at death|age in years",
    ),
    (
        "incidents",
        "age",
        "es",
        "edad|edades|edad victima|edad de la victima|edad de victima|edad anos|"
        "edad en anos|grupo de edad|grupo etario|grupo edad|rango de edad|edad cumplida",
    ),
    ("incidents", "age", "pt", "idade|idade vitima|idade da vitima"),
    ("incidents", "age", "fr", "age de la victime|age victime"),
    (
        "incidents",
        "sex",
        "en",
        "sex|victim sex|sex of victim|vic sex|vict sex|victim s sex|sex of the victim|gender|victim gender|gender of victim|vic gender",
    ),
    ("incidents", "sex", "es", "sexo|sexo victima|sexo de la victima|sexo de victima|genero|genero victima|genero de la victima"),
    ("incidents", "sex", "pt", "sexo vitima|sexo da vitima|genero da vitima"),
    ("incidents", "sex", "fr", "sexe|sexe de la victime|genre"),
    (
        "incidents",
        "weapon",
        "en",
        "weapon|weapon type|weapon used|cause|method|weapon desc|"
        "weapon description|type of weapon|weapon category|murder weapon|method of killing|cause of death",
    ),
    (
        "incidents",
        "weapon",
        "es",
        "arma|tipo de arma|tipo arma|arma utilizada|arma empleada|armas medios|arma medio|instrumento|medio|mecanismo|"
        "clase de arma|tipo de arma utilizada|arma homicida|medio utilizado|medio empleado|causa de muerte",
    ),
    ("incidents", "weapon", "pt", "meio empregado|meio utilizado|arma utilizada no crime|instrumento utilizado"),
    ("incidents", "weapon", "fr", "arme|type d arme|arme utilisee|moyen"),
    ("incidents", "victims", "en", "victims|number of victims|n victims|killed|deaths|num victims"),
    (
        "incidents",
        "victims",
        "es",
        "victimas|numero de victimas|num victimas|no victimas|fallecidos|muertos|cantidad|cantidad de victimas",
    ),
    ("incidents", "victims", "pt", "vitimas|numero de vitimas|qtd vitimas|quantidade de vitimas|mortos|quantidade"),
    ("incidents", "victims", "fr", "victimes|nombre de victimes|morts|tues"),
    (
        "incidents",
        "event_id",
        "en",
        "case number|case id|case no|case|event id|incident id|incident number|dc key|dc number",
    ),
    ("incidents", "event_id", "es", "numero de caso|no caso|caso|expediente|nuc|evento|id evento"),
    ("incidents", "event_id", "pt", "numero do boletim|num bo|boletim|numero da ocorrencia|id ocorrencia"),
    ("incidents", "event_id", "fr", "numero de dossier|dossier|numero d incident"),
    (
        "blocks",
        "id",
        "en",
        "block id|blockid|geoid|geoid20|geoid10|id|cvegeo|cve geo|codigo|cod|code|gid|ubigeo|manzana|cod manzana|tract|fid|objectid",
    ),
    ("blocks", "id", "pt", "cd setor|cd geocodi|cod setor|cd mun|codigo municipio|cd bairro"),
    ("blocks", "id", "fr", "code insee|code iris|iris|code commune"),
    ("blocks", "name", "en", "name|nombre|namelsad|namelsad20|label|nom|barrio|neighborhood|neighbourhood|colonia"),
    ("blocks", "name", "pt", "nome|bairro|nm bairro|nm mun"),
    ("blocks", "name", "fr", "libelle|quartier|nom commune"),
    (
        "blocks",
        "population",
        "en",
        "population|pop|total population|total pop|totpop|tot pop|residents|people|p0010001|p1 001n|b01003 001e|b01003 001",
    ),
    ("blocks", "population", "es", "poblacion|pob|pobtot|pob total|poblacion total|habitantes|hab|residentes|personas"),
    ("blocks", "population", "pt", "populacao|pop total|populacao total|moradores|pessoas"),
    ("blocks", "population", "fr", "habitants|population totale|pop municipale"),
    ("blocks", "beat", "en", "beat|patrol beat"),
    ("blocks", "beat", "es", "cuadrante|sector|circuito"),
    ("blocks", "district", "en", "district|police district|dist|precinct"),
    ("blocks", "district", "es", "distrito|comuna|zona"),
    ("blocks", "district", "fr", "arrondissement"),
)


def names_of(section: str) -> dict[str, tuple[str, ...]]:
    """Return, for each key of a section of city.toml, the names of columns that it may have, the surest first.

    >>> names_of("incidents")["age"][:2], names_of("blocks")["district"][-1]
    (('age', 'victim age'), 'arrondissement')
    """
    found: dict[str, tuple[str, ...]] = {}
    for of, key, _, names in COLUMN_NAMES:
        if of == section:
            found[key] = (*found.get(key, ()), *names.split("|"))
    return found


def printed_names() -> str:
    """Return the table of names as the documentation prints it: one line for each key and language."""
    lines = ["| section | key | language | names |", "| --- | --- | --- | --- |"]
    merged: dict[tuple[str, str, str], list[str]] = {}
    for section, key, language, names in COLUMN_NAMES:
        merged.setdefault((section, key, language), []).extend(names.split("|"))
    lines += [f"| {section} | `{key}` | {language} | {', '.join(names)} |" for (section, key, language), names in merged.items()]
    return "\n".join(lines)


OF_AREAS = re.compile(
    r"\b(?:city|county|state|province|borough|ward|precinct|beat|neighbou?rhood|hood|parish|district|division|community|tract|municip\w*|"
    r"ciudad|departament\w*|depto|dpto|mpio|mupio|provincia|canton|barrio|colonia|vereda|comuna|corregimiento|alcald\w*|distrito|circuito|zona|sector|estado|"
    r"entidad|parroquia|localidad|region|codigo dane|ubigeo|bairro|cidade|regiao|aisp|cisp|quartier|commune|arrondissement|departement)\b"
)
_WHEN = [names for _, key, _, names in COLUMN_NAMES if key == "date"]
HAPPENED = frozenset("|".join(_WHEN[: _WHEN.index(_ANY_DATE)]).split("|"))  # the names before those say that it happened then
INCIDENT_COLUMNS: Mapping[str, tuple[str, ...]] = names_of("incidents")
BLOCK_COLUMNS: Mapping[str, tuple[str, ...]] = names_of("blocks")

_WEAPONS = {
    "firearm": (
        "firearm|fire arm|gun|handgun|pistol|revolver|rifle|shotgun|gunshot|shooting|arma de fuego|a de fuego|pistola|fusil|escopeta|"
        "disparo|disparos|bala|proyectil de arma de fuego|armas de fuego|gsw|arma de fogo|tiro|tiros|arme a feu|fusillade"
    ),
    "blade": (
        "blade|knife|knives|sharp|sharp object|stabbing|cutting instrument|machete|arma blanca|armas blancas|a blanca|cuchillo|navaja|"
        "cortopunzante|corto punzante|arma cortopunzante|arma corto punzante|"
        "arma blanca / cortopunzante|punzocortante|objeto cortopunzante|"
        "faca|arma branca|arme blanche|couteau"
    ),
    "blunt": (
        "blunt|blunt object|bludgeon|bat|hammer|club|arma contundente|contundente|objeto contundente|objetos contundentes|contundentes|"
        "piedra|palo|"
        "martillo|instrumento contundente|pedra|paulada|objet contondant"
    ),
    "body": (
        "body|hands|fists|hands fists feet|strangulation|strangled|asphyxiation|asphyxia|beating|constrictora|asfixia|estrangulamiento|"
        "estrangulacion|golpes|manos|ahorcamiento|estrangulamento|espancamento|agressao fisica|coups"
    ),
    "other": "other|others|otro|otros|otra|otras|otra arma|vehicle|vehiculo|poison|veneno|fire|arson|explosives|explosivos|drowning|"
    "veiculo|fogo|explosivo|autre|outro|outros|outra",
    "unknown": (
        "no determinado|no determinada|por determinar|a determinarse|ninguna|not known|undetermined|not stated|sin informacion|"
        "no especificado|no informa"
    ),
}
_SEXES = {
    "male": "male|m|man|men|boy|hombre|masculino|masc|varon|homem|homme|masculin",
    "female": "female|f|woman|women|girl|mujer|femenino|fem|feminino|mulher|femme|feminin",
    "other": "other|non binary|nonbinary|otro|transgender|transgenero|no binario|intersex",
    "unknown": "u|x|no determinado|no determinada|por determinar|indeterminado|not known|not stated|sin informacion|no especificado",
}

_CATEGORIES = {
    "group": "gang|gangs|gang related|pandilla|pandillas|banda|crimen organizado|delincuencia organizada|organized crime|narcotrafico",
    "dispute": "argument|dispute|fight|quarrel|rina|discusion|pelea|altercado|venganza|revenge|retaliation|briga|dispute entre voisins",
    "domestic": (
        "domestic|domestic violence|family|intrafamiliar|violencia intrafamiliar|violencia domestica|violencia familiar|intimate partner|"
        "pasional|feminicidio"
    ),
    "robbery": "robbery|burglary|robo|asalto|atraco|hurto|roubo|latrocinio|vol",
    "police": (
        "police|police shooting|officer involved|intervencion policial|legal intervention|intervencion legal|accion legal|accion policial"
    ),
    "other": "other|others|otro|otros|otra|otras|outro|outros|autre|autres",
    "unknown": "no determinado|por determinar|not known|undetermined|sin informacion|no especificado|nao informado|inconnu",
}
_STATUSES = {
    "open": (
        "open|unsolved|under investigation|ongoing|invest cont|investigation continued|open no arrest|abierto|en investigacion|"
        "sin resolver|en tramite|no resuelto|em andamento|em aberto|en cours"
    ),
    "cleared": (
        "cleared|closed|solved|closed by arrest|cleared by arrest|adult arrest|juv arrest|cerrado|resuelto|esclarecido|judicializado|"
        "exceptionally cleared|encerrado|resolvido|concluido|clos|resolu"
    ),
    "unknown": "no determinado|not known|sin informacion|no especificado|nao informado|inconnu",
}

# The words of files → ours.
WORDS: Mapping[str, Mapping[str, str]] = {
    key: {word: ours for ours, listed in table.items() for word in listed.split("|")}
    for key, table in (("weapon", _WEAPONS), ("sex", _SEXES), ("category", _CATEGORIES), ("status", _STATUSES))
}
