"""The same dozen victims in the shapes that files of the field have: what a file holds decides how it is read, not its name."""

from __future__ import annotations

import base64
import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import shapely
import small_city as small

from hotspots import cities
from hotspots.readers.asking import Question
from hotspots.readers.cityfile.working_out import work_out
from hotspots.readers.files import limits
from hotspots.readers.files.any_file import read_file
from hotspots.readers.table_faults import HeaderError, SheetError
from hotspots.store.schema import DataError

HEAD = small.HEADER.split(",")
ROWS = [dict(zip(HEAD, line.split(","), strict=True)) for line in small.rows()]
_OLD_BOOK = (  # a workbook of Excel 97: a cover, and the rows under the name Datos
    "c-rllUu+a*5Wr{u|G91Ndh~$Sgft`+#1dQUpF%>f5{3EzDI~Otjk4`srP8}2*P~h<5XC<DKs52eNcw`o2TKAHt4JV-@r4H?1`<s)npWe3e_l)^QB!)(H#@g>"
    "*)?esZBo-|c5Y|B{dRsgGy8qp`}}&%)T#6J({P8hg95W<3-mcY2@k7cBml?DWpP^hH1Q}e%aRhy#6s#CT&nui5H%F_o(37-RX;`z@Esn#a0qr4^4W$(lx@V|"
    "N`hglq+;*MFpftx)Dc&bbU*18q|ec{mq~Y!=LG4kc<q$553Z+oZEWK{eq3HlW7Vi7xIlBhB2NpX;F{>;7haRRYc+VdIOq;7v4J(J1E&E?x+9y<7KNRHx5Yy{"
    "in1w}+my*P95}Egmz#oGEc$7<Rc-+It@3nVZCLg%u3rN5{~q)k|KK;Vly~}HmsNmcP~I<zmL7vRe58sI1G);ulACeIpbAp7oNMriTPh6Cz-4GcvmOr{ptF!0"
    ">>tbw7KU+NzdM{&05a|<>Y+kjXt#vgeMb0)v(Mw5p3Az2XsExr8O?!g&K=5P%MA<`vu-g*11)$n;no29hTKe+ocED+IA0>G6))*4WJbxjpY#KyA0+({={C}v"
    "g>Gpk-C~RFh?cKJVEL+|huT4%!7PaL8hW%7n75gCe!a1?uPgmDd5+PR<!x;1ME;-*FNzsBx!ND`^hTO-59ycau6NOSJ?UCZDt<P0rTAp~ak}PZ8g0Zltt2<o"
    ">*t(r!1J-6cYnBM?ECcHcz$-r^pV=LU#3sNTHI(eIA8o7hbE~>I{BuMi|NXz#7p2er0YV<p(!Vrz0A9J9Bzv`qttj?yqts&#HF}g{w<4<)hh5hbLnQ)h|H?^"
    "#-3Hlj%UeeDZZtkrTUhNmgZX;TDouPXc-(;iij#vRFQ23Gb_GTl7>Iq@<WH`5s^1fUK_bm?!M}IMD$N?ZRmYfZtOTJi+c!yJseXa0?W4qfz1SR1c6KhF(#0S"
    "U@ywKc8@?Nf>oVeGpm_E4iU&i(9JPrB5-_55L7XN5<#F4K{XR7L~v$eVxoDQN1zbF7u~<ydx;4YBIp!NVR!@z5$xlbN`OEif;bbX5d<m`B$z<;tB~C85vWA)"
    "-cQ5tr<gzu5vWA)6vtEpRZxkbh6%I?0*wfgOrZHyxcQhzpb<gwkNA%lm_Q3vK_h}bj;RH5pauFsk08*AU<DKCeibHndIUNVbe(u3pJW0(M4%JF0LRn=1bUzk"
    "j0ggQ2x^(Y@T)Mg+aoZDAU@vu)+7@cp(+?e@GQqP0#z^qePBiqm_(3b0@JTT&t8wfBm(Ti^>HRJLj)!f<T<7p$blK?11o~SB7&7nVEI*Od%`2Ih~P|n&y(kw"
    "zzS8tB7!2vv;qWHpbzW_0-Fd{F@fz@;m=-=z$SuMZhSixV*)!wU=zUz$Fu`gumgP%iy(**!D=Rm`BnIOzef-w0?IiP#6new5y26T84Khf7U%;fg1{kyIwo-Z"
    "DvW150*46J9hOg;OyGnF93nW%F`WQ`<M#pW;1IQgFUzvbOC)+d0oq1YdI14m;Jx2<ZsRe#{4>e_R`x&v|4R7J<fFLllyKo6T~Pn51Wl^kOPc4L%I}3jdN6ts"
    "4&sZ4;5fM8{>9gIY3}!#_r%1%_XsUC{_H|H|Ks?70ed&_m;"
)
OLD_BOOK = zlib.decompress(base64.b85decode("".join(_OLD_BOOK)))


def book() -> bytes:
    made = openpyxl.Workbook()
    for row in [HEAD, *(list(row.values()) for row in ROWS)]:
        made.active.append(row)
    raw = io.BytesIO()
    made.save(raw)
    return raw.getvalue()


def zipped(**members: bytes) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return raw.getvalue()


OFFICE = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'


def opendocument(sheets: str) -> bytes:
    words = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    content = f'<?xml version="1.0"?><office:document-content {OFFICE} xmlns:text="{words}">{sheets}</office:document-content>'
    with_type = {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": content.encode()}
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in with_type.items():
            archive.writestr(name, part)
    return raw.getvalue()


def document_cell(name: str, value: str) -> str:
    if name == "day" and value[0].isdigit():
        return f'<table:table-cell office:value-type="date" office:date-value="{value.replace(" ", "T")}:00"/>'
    if name in ("lon", "lat", "age") and not value.isalpha():
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
    return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'


def document() -> bytes:
    lines = [dict(zip(HEAD, HEAD, strict=True)), *ROWS]
    rows = "".join(f"<table:table-row>{''.join(document_cell(*pair) for pair in row.items())}</table:table-row>" for row in lines)
    far = (
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    return opendocument(f'<table:table table:name="Hoja1">{rows}{far}</table:table>')


def web_table() -> bytes:
    cells = [HEAD, *(list(row.values()) for row in ROWS)]
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in cells)
    return f"<html><head><meta charset='utf-8'></head><body><table border=1>{rows}</table></body></html>".encode()


def xml_book() -> bytes:
    space = 'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'
    cells = [HEAD, *(list(row.values()) for row in ROWS)]
    cell = '<Cell><Data ss:Type="String">{}</Data></Cell>'
    rows = "".join(f"<Row>{''.join(map(cell.format, row))}</Row>" for row in cells)
    return f'<?xml version="1.0"?><Workbook {space}><Worksheet ss:Name="H"><Table>{rows}</Table></Worksheet></Workbook>'.encode()


def features(kind: str) -> list[dict[str, Any]]:
    found = []
    for row in ROWS:
        rest = {key: value for key, value in row.items() if key not in ("lon", "lat")}
        x, y = float(row["lon"]), float(row["lat"])
        if kind == "arcgis":
            found.append({"attributes": rest, "geometry": {"x": x, "y": y}})
        else:
            found.append({"type": "Feature", "properties": rest, "geometry": {"type": "Point", "coordinates": [x, y]}})
    return found


def kml() -> bytes:
    marks = ""
    for row in ROWS:
        data = "".join(f'<Data name="{key}"><value>{row[key]}</value></Data>' for key in ("day", "age"))
        table = f"<![CDATA[<table><tr><td>sex</td><td>{row['sex']}</td></tr><tr><td>weapon</td><td>{row['weapon']}</td></tr></table>]]>"
        point = f"<Point><coordinates>{row['lon']},{row['lat']},0</coordinates></Point>"
        marks += (
            f"<Placemark><name>{row['case']}</name><description>{table}</description><ExtendedData>{data}</ExtendedData>{point}</Placemark>"
        )
    return f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>2019</name>{marks}</Folder></Document></kml>'.encode()


NESTED = [
    {
        **{key: row[key] for key in ("case", "day", "age", "sex", "weapon")},
        "place": {"lon": row["lon"], "lat": row["lat"]},
        "tags": ["a", "b"],
    }
    for row in ROWS
]
SOCRATA = {"meta": {"view": {"columns": [{"name": name} for name in HEAD]}}, "data": [list(row.values()) for row in ROWS]}
CSV = small.csv_text().encode()
TABLES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "an old workbook": ("h.xls", lambda: OLD_BOOK),
    "an OpenDocument": ("h.ods", document),
    "a web page called .xls": ("h.xls", web_table),
    "a workbook saved as XML": ("h.xls", xml_book),
    "a text called .xls": ("h.xls", lambda: CSV),
    "tabs called .xls": ("h.xls", lambda: CSV.replace(b",", b"\t")),
    "a workbook called .csv": ("h.csv", book),
    "a workbook called .xls": ("h.xls", book),
    "an old workbook called .xlsx": ("h.xlsx", lambda: OLD_BOOK),
    "a text called .xlsx": ("h.xlsx", lambda: CSV),
    "a text without an ending": ("h", lambda: CSV),
    "a text in a zip": ("h.zip", lambda: zipped(h__csv=CSV, LEEME__txt=b"nada, nada\nnada, nada")),
    "a workbook in a zip": ("h.zip", lambda: zipped(h__xlsx=book())),
    "a packed workbook": ("h.xlsx.gz", lambda: gzip.compress(book())),
    "rows in quotes": ("h.csv", lambda: "\n".join(f'"{line}"' for line in small.csv_text().splitlines()).encode()),
    "UTF-16 without its mark": ("h.csv", lambda: small.csv_text().encode("utf-16-le")),
    "a list of objects": ("h.json", lambda: json.dumps(ROWS).encode()),
    "objects in objects": ("h.json", lambda: json.dumps(NESTED).encode()),
    "an answer of Carto": ("h.json", lambda: json.dumps({"rows": ROWS, "fields": {"day": {"type": "date"}}, "total_rows": 12}).encode()),
    "an answer of CKAN": ("h.json", lambda: json.dumps({"success": True, "result": {"records": ROWS, "fields": [{"id": "day"}]}}).encode()),
    "rows of Socrata": ("h.json", lambda: json.dumps(SOCRATA).encode()),
    "a list of rows": ("h.json", lambda: json.dumps([HEAD, *(list(row.values()) for row in ROWS)]).encode()),
    "an object a line": ("h.txt", lambda: "\n".join(map(json.dumps, ROWS)).encode()),
}
LAYERS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "features of ArcGIS": ("p.json", lambda: json.dumps({"features": features("arcgis"), "spatialReference": {"wkid": 4326}}).encode()),
    "a feature a line": ("p.geojsonl", lambda: "\n".join(map(json.dumps, features(""))).encode()),
    "a sequence of features": ("p.json", lambda: "".join(f"\x1e{json.dumps(one)}\n" for one in features("")).encode()),
    "GeoJSON called .txt": ("p.txt", lambda: json.dumps({"type": "FeatureCollection", "features": features("")}).encode()),
    "KML": ("p.kml", kml),
    "KMZ": ("p.kmz", lambda: zipped(doc__kml=kml())),
}


@pytest.mark.cases(1)
@pytest.mark.parametrize("name", [*TABLES, *LAYERS])
def test_the_same_victims_come_out_of_every_shape(tmp_path: Path, name: str) -> None:
    file, make = (TABLES | LAYERS)[name]
    clean = cities.read_folder(small.write_city(tmp_path / "clean"))
    toml = small.with_lines(f'file = "{file}"', *(("x", "y") if name in LAYERS else ()))
    folder = small.write_city(tmp_path / "town", toml=toml)
    (folder / file).write_bytes(make())
    city = cities.read_folder(folder)
    fields = [column for column in clean.incidents.columns if column not in ("geometry", "event_id")]
    pd.testing.assert_frame_equal(city.incidents[fields], clean.incidents[fields])
    assert city.incidents.geometry.geom_equals_exact(clean.incidents.geometry, 1e-3).all()
    assert {row.code for row in city.report.findings} == ({"quoted_rows"} if name == "rows in quotes" else set())


PEOPLE = {
    "es": "José Peña Muñoz;María Ángeles Íñiguez;Óscar Núñez Gutiérrez;PEÑA;MARÍA;JOSÉ;Güemes;¿Quién?;Calle 5ª nº 3",
    "pt": "João da Conceição;Antônio Guimarães;São Luís;CORAÇÃO;AÇÃO;Mônica Araújo;José Sá;Três Corações",
    "fr": "Hélène Lefèvre;François Beaupré;Benoît L’Hermite;Noël Côté;Chloë d’Été;CHÂTEAU;Où est-ce",
}


@pytest.mark.parametrize("language", PEOPLE)
@pytest.mark.parametrize(("codec", "said"), [("cp1252", "Windows-1252"), ("mac_roman", "Mac Roman"), ("cp850", "DOS 850")])
def test_old_letters_are_read_as_they_were_written_and_told(tmp_path: Path, language: str, codec: str, said: str) -> None:
    names = PEOPLE[language] if codec != "cp850" else PEOPLE[language].replace("’", "'")
    for one in [names.split(";"), *([name] for name in names.split(";"))]:
        path = tmp_path / "h.csv"
        path.write_bytes("\n".join(["n,name", *(f"{i},{name}" for i, name in enumerate(one))]).encode(codec))
        table = read_file(path)
        assert table.columns["name"].tolist() == one
        if not "".join(one).isascii():
            assert [row.code for row in table.findings] == ["old_encoding"]
        if len(one) > 1:
            assert f"read as {said}, for example" in table.findings[0].text


def test_letters_garbled_by_an_earlier_program_are_put_right_and_told(tmp_path: Path) -> None:
    path = tmp_path / "h.csv"
    path.write_text("n,name\n1,José Peña – Muñoz\n2,MARÍA “X”\n".encode().decode("cp1252", errors="replace"), encoding="utf-8")
    table = read_file(path)
    assert table.columns["name"].tolist()[0] == "José Peña – Muñoz"
    assert "'JosÃ©' is 'José'" in next(row for row in table.findings if row.code == "garbled_letters").text


def test_a_large_table_is_packed_as_the_careful_reader_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "h.csv"
    rows = [f'{i},"calle {i % 7}, ""sur""",ñ{i % 3}, {i % 5} ,' for i in range(3000)]
    for spoilt in (rows, [*rows, "x,y"], [*rows, 'z,"two\nlines",,,']):
        path.write_text("\n".join(["título", "", "id,calle,letra,n,vacío", *spoilt]) + "\n", encoding="utf-8")
        monkeypatch.setattr(limits, "PLAIN_BYTES", 10**9)
        slow = read_file(path)
        monkeypatch.setattr(limits, "PLAIN_BYTES", 0)
        quick = read_file(path)
        pd.testing.assert_frame_equal(quick.columns, slow.columns)
        assert (quick.rows == slow.rows).all()
        assert (quick.spoiled == slow.spoiled).all()
        assert quick.findings == slow.findings


def test_which_sheet_and_which_row_are_asked_where_the_file_leaves_it_open(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    codes = ["c_case", "c_day", "c_lon", "c_lat", "c_age", "c_sex", "c_weapon"]
    for title in ("2018", "2019"):
        sheet = made.create_sheet(title)
        for row in [HEAD, codes, *([*list(row.values())[:4], int(row["age"]), *list(row.values())[5:]] for row in ROWS)]:
            sheet.append(row)
    del made["Sheet"]
    path = tmp_path / "h.xlsx"
    made.save(path)
    with pytest.raises(SheetError) as sheets:
        read_file(path, header_row=1)  # the same rows under two years: one is a copy
    assert [name for name, _ in sheets.value.candidates] == ["2018", "2019"]
    rows = len(ROWS) + 2  # all that the sheet has: the head and the codes below it too
    assert str(sheets.value.candidates[0][1]).startswith(f"{rows} rows, {len(HEAD)} columns: case, day, lon")
    assert sheets.value.alike == 2
    with pytest.raises(HeaderError) as header:
        read_file(path, sheet="2019")
    assert [row for row, _ in header.value.candidates] == [1, 2]
    asked: list[Question] = []

    def ask(question: Question) -> str:
        asked.append(question)
        return {"sheet": "2019", "header": "1"}[question.id]

    said = work_out([path], name="x", ask=ask)
    assert [(one.id, one.safe) for one in asked] == [("header", "1"), ("sheet", "")]
    assert (said["incidents"]["sheet"], said["incidents"]["header_row"]) == ("2019", 1)
    (tmp_path / "z.zip").write_bytes(zipped(a__csv=CSV, b__csv=CSV))
    with pytest.raises(SheetError, match=r"holds several files \(a\.csv, b\.csv\)"):
        read_file(tmp_path / "z.zip")
    assert len(read_file(tmp_path / "z.zip", sheet="b.csv").rows) == 12


def test_rings_of_arcgis_have_their_holes_and_a_system_of_their_own(tmp_path: Path) -> None:
    outer, hole = [[0, 0], [0, 40], [40, 40], [40, 0], [0, 0]], [[10, 10], [20, 10], [20, 20], [10, 20], [10, 10]]
    island = [[100, 0], [100, 10], [110, 10], [110, 0], [100, 0]]
    path = tmp_path / "b.json"
    layer = {"spatialReference": {"wkid": 102100}, "features": [{"attributes": {"id": "1"}, "geometry": {"rings": [outer, hole, island]}}]}
    path.write_text(json.dumps(layer))
    table = read_file(path)
    assert table.shapes is not None
    assert (table.epsg, shapely.area(table.shapes[0]), table.shapes[0].geom_type) == (3857, 1600.0, "MultiPolygon")
    path.write_text(json.dumps(layer | {"exceededTransferLimit": True}))
    with pytest.raises(DataError, match="gave only a part of the rows"):
        read_file(path)


def test_a_kml_that_only_links_is_refused_and_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "p.kml"
    path.write_text(
        '<kml xmlns="http://www.opengis.net/kml/2.2"><NetworkLink><Link><href>http://127.0.0.1:9/x</href></Link></NetworkLink></kml>'
    )
    with pytest.raises(DataError, match="only links to data elsewhere"):
        read_file(path)
