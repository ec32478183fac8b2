"""An agency's file: what is taken, what is refused and why, and where its name, logo and colours stand."""

from __future__ import annotations

import io
import zipfile

import pytest
from opened import open_page, text
from PIL import Image
from pypdf import PdfReader

from hotspots import agency
from hotspots.__main__ import main
from hotspots.agency import AgencyError, looks, read, worn
from hotspots.drawing.brief import render
from hotspots.questions.restricted import Asked
from hotspots.questions.restricted.brief_page import of_choices
from hotspots.study.selection import Selection
from hotspots.words import words_for

NAME = "Policía de la <Villa>"


def logo(kind: str = "PNG", size: tuple[int, int] = (600, 300)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#1f5f8b").save(out, format=kind)
    return out.getvalue()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "logo.png").write_bytes(logo())
    (tmp_path / "agency.toml").write_text(f'name = "{NAME}"\nlogo = "logo.png"\n[colours]\nprimary = "#7a1f5c"\n', encoding="utf-8")
    monkeypatch.setenv("HOTSPOTS_AGENCY", str(tmp_path / "agency.toml"))
    return tmp_path


def test_without_a_file_there_is_none(monkeypatch):
    monkeypatch.delenv("HOTSPOTS_AGENCY", raising=False)
    assert worn() is None


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_logo_is_drawn_anew_and_no_larger_than_shown(folder, kind):
    (folder / "logo.png").write_bytes(logo(kind) + b"<script>hidden</script>")
    found = agency.agency()
    with Image.open(io.BytesIO(found.logo)) as picture:
        assert picture.format == "PNG"
        assert picture.size == (320, 160)
    assert b"script" not in found.logo
    assert (found.name, found.primary, found.primary_dark) == (NAME, "#7a1f5c", "#7cb7e3")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("written", "picture", "said"),
    [
        ('name = "A"\nlogo = "logo.png"', SVG, "an SVG can hold a program and is not taken"),
        ('name = "A"\nlogo = "logo.png"', b"", "is empty or larger than 1000000 bytes"),
        ('name = "A"\nlogo = "logo.png"', logo() + b"0" * 1_000_000, "is empty or larger than 1000000 bytes"),
        ('name = "A"\nlogo = "logo.png"', logo(size=(4001, 10)), "larger than 4000 pixels on a side"),
        ('name = "A"\nlogo = "../logo.png"', logo(), "without a way out of its folder"),
        ('name = "A"\nlogo = "/etc/hostname"', logo(), "without a way out of its folder"),
        ('name = "A"\nlogo = "none.png"', logo(), "the logo none.png cannot be read"),
        ('logo = "logo.png"', logo(), "name must be a text of one line"),
        ('name = "A\\u0007"', logo(), "name must be a text of one line"),
        ('name = "A"\nlgo = "logo.png"', logo(), "there is no key 'lgo'"),
        ('name = "A"\n[colours]\nink = "#000000"', logo(), "there is no key 'colours.ink'"),
        ('name = "A"\n[colours]\nprimary = "blue"', logo(), "six digits after a #"),
        ('name = "A"\n[colours]\nprimary = "#e69f00"', logo(), "has a contrast of 2.2 on #fbfaf7"),
        ('name = "A"\n[colours]\nprimary_dark = "#1f5f8b"', logo(), "text in it could not be read: 4.5 is needed"),
        ("name = ", logo(), "cannot be read"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_sentence(folder, written, picture, said):
    (folder / "agency.toml").write_text(written, encoding="utf-8")
    (folder / "logo.png").write_bytes(picture)
    with pytest.raises(AgencyError, match=said.replace("'", ".").replace("#", ".")):
        read(folder / "agency.toml")
    assert worn() is None
    with pytest.raises(SystemExit) as stopped:
        raise SystemExit(main(["run", "--port", "1"]))
    assert stopped.value.code not in (0, None)


def test_every_fault_is_named_at_once(folder):
    (folder / "agency.toml").write_text('logo = "x.png"\n[colours]\nprimary = "#ffffff"', encoding="utf-8")
    with pytest.raises(AgencyError) as found:
        read(folder / "agency.toml")
    assert len(found.value.faults) == 3


def test_the_usual_colours_can_be_read():
    for key, papers in looks.PAPERS.items():
        assert min(agency.contrast(looks.USUAL[key], paper) for paper in papers) >= looks.CONTRAST


def test_it_stands_on_the_page_and_on_the_brief(city, folder):
    assert "Policía de la" in text(open_page("trends", city=city.slug, lang="en"))
    page = of_choices(Asked.of(Selection(city=city.slug, language="en")), address="http://localhost")
    html = render(page, ".html").decode()
    assert "Policía de la &lt;Villa&gt;" in html
    assert agency.agency().picture in html
    assert "#7a1f5c" in html
    reader = PdfReader(io.BytesIO(render(page, ".pdf")))
    assert len(reader.pages) == 1
    assert NAME in " ".join(reader.pages[0].extract_text().split())
    assert len(reader.pages[0].images) == 1
    with zipfile.ZipFile(io.BytesIO(render(page, ".pptx"))) as show:
        assert "Policía de la &lt;Villa&gt;" in show.read("ppt/slides/slide1.xml").decode()


def test_it_stands_on_the_public_page(city, folder):
    from hotspots.drawing import site
    from hotspots.release import Reading
    from hotspots.release.making import build

    reading = Reading(build(city, profile="strict", secret=b"0" * 32))
    made = site.page(reading, site.Atlas(reading, words_for("en")), contact="", agency=agency.agency())
    assert "Policía de la &lt;Villa&gt;" in made
    assert "--link: #7a1f5c" in made
    assert made.count("<style>") == 1
