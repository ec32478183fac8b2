"""What agencies call things, in English and Spanish: column names and the words in them, written without case, accents and signs."""

from __future__ import annotations

from collections.abc import Mapping

# For each key of city.toml, names of columns, the surest first.
INCIDENT_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "date": (
        "date",
        "fecha",
        "fecha infraccion",
        "fecha hecho",
        "fecha del hecho",
        "fecha de hecho",
        "fecha evento",
        "fecha del evento",
        "fecha homicidio",
        "fecha ocurrencia",
        "date of incident",
        "incident date",
        "date occurred",
        "date occ",
        "occurred date",
        "occurrence date",
        "occurred on date",
        "offense date",
        "homicide date",
        "date of death",
        "datetime",
        "date time",
        "occurred at",
        "dispatch date time",
        "fecha hora",
        "fecha y hora",
        "day",
        "dia",
    ),
    "time": (
        "time",
        "hora infraccion",
        "hora hecho",
        "hora del hecho",
        "hora de hecho",
        "hora",
        "time occurred",
        "time occ",
        "incident time",
    ),
    "x": (
        "lon",
        "lng",
        "long",
        "longitude",
        "longitud",
        "x",
        "coord x",
        "coordx",
        "coordenada x",
        "x coord",
        "x coordinate",
        "point x",
        "pointx",
        "este",
        "easting",
        "lon wgs84",
        "incident longitude",
    ),
    "y": (
        "lat",
        "latitude",
        "latitud",
        "y",
        "coord y",
        "coordy",
        "coordenada y",
        "y coord",
        "y coordinate",
        "point y",
        "pointy",
        "norte",
        "northing",
        "lat wgs84",
        "incident latitude",
    ),
    "geometry": ("geometry", "geom", "the geom", "wkt", "wkt geom", "shape", "geometria", "location", "point", "punto"),
    "age": ("age", "edad", "victim age", "age of victim", "edad victima", "edad de la victima", "vic age"),
    "sex": (
        "sex",
        "sexo",
        "victim sex",
        "sex of victim",
        "sexo victima",
        "sexo de la victima",
        "vic sex",
        "gender",
        "genero",
        "victim gender",
    ),
    "weapon": (
        "weapon",
        "arma",
        "weapon type",
        "tipo de arma",
        "tipo arma",
        "arma utilizada",
        "arma empleada",
        "arma medio",
        "weapon used",
        "instrumento",
        "medio",
        "cause",
        "method",
        "mecanismo",
    ),
    "victims": (
        "victims",
        "victimas",
        "number of victims",
        "numero de victimas",
        "num victimas",
        "no victimas",
        "n victims",
        "killed",
        "deaths",
        "fallecidos",
        "muertos",
        "cantidad",
        "cantidad de victimas",
    ),
    "event_id": (
        "case number",
        "case id",
        "case no",
        "case",
        "event id",
        "incident id",
        "incident number",
        "numero de caso",
        "no caso",
        "caso",
        "expediente",
        "nuc",
        "evento",
        "id evento",
        "dc key",
        "dc number",
    ),
}

BLOCK_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": (
        "block id",
        "blockid",
        "geoid",
        "geoid20",
        "geoid10",
        "id",
        "cvegeo",
        "cve geo",
        "codigo",
        "cod",
        "code",
        "gid",
        "ubigeo",
        "manzana",
        "cod manzana",
        "tract",
        "fid",
        "objectid",
    ),
    "name": ("name", "nombre", "namelsad", "namelsad20", "label", "nom", "barrio", "neighborhood", "neighbourhood", "colonia"),
    "population": (
        "population",
        "pop",
        "poblacion",
        "pob",
        "pobtot",
        "pob total",
        "poblacion total",
        "total population",
        "total pop",
        "totpop",
        "tot pop",
        "habitantes",
        "residents",
        "residentes",
        "personas",
        "people",
        "p0010001",
        "p1 001n",
        "b01003 001e",
        "b01003 001",
    ),
    "beat": ("beat", "cuadrante", "sector", "circuito", "patrol beat"),
    "district": ("district", "distrito", "police district", "dist", "precinct", "comuna", "zona"),
}

_WEAPONS = {
    "firearm": (
        "firearm|fire arm|gun|handgun|pistol|revolver|rifle|shotgun|gunshot|shooting|arma de fuego|a de fuego|pistola|fusil|escopeta|"
        "disparo|disparos|bala|proyectil de arma de fuego|armas de fuego|gsw"
    ),
    "blade": (
        "blade|knife|knives|sharp|sharp object|stabbing|cutting instrument|machete|arma blanca|armas blancas|a blanca|cuchillo|navaja|"
        "cortopunzante|corto punzante|arma cortopunzante|arma corto punzante|punzocortante|objeto cortopunzante"
    ),
    "blunt": (
        "blunt|blunt object|bludgeon|bat|hammer|club|arma contundente|contundente|objeto contundente|objetos contundentes|piedra|palo|"
        "martillo"
    ),
    "body": (
        "body|hands|fists|hands fists feet|strangulation|strangled|asphyxiation|asphyxia|beating|constrictora|asfixia|estrangulamiento|"
        "estrangulacion|golpes|manos|ahorcamiento"
    ),
    "other": "other|others|otro|otros|otra|otras|otra arma|vehicle|vehiculo|poison|veneno|fire|arson|explosives|explosivos|drowning",
    "unknown": (
        "no determinado|no determinada|por determinar|a determinarse|ninguna|not known|undetermined|not stated|sin informacion|"
        "no especificado|no informa"
    ),
}
_SEXES = {
    "male": "male|m|man|men|boy|hombre|masculino|masc|varon",
    "female": "female|f|woman|women|girl|mujer|femenino|fem",
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
    "police": "police|police shooting|officer involved|intervencion policial|legal intervention|intervencion legal",
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
