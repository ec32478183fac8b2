"""Who may see and do what: the table, every role on every page, districts and cities, and how a sign-in ends."""

from __future__ import annotations

import itertools
import re

import pytest
from opened import open_page, text

from hotspots.agency import EVERYTHING, ROLES, Access, AccessError, access, access_of
from hotspots.cities import saved_views
from hotspots.dashboard.restricted import admission, cached
from hotspots.questions.restricted import Asked, brief_page, cases
from hotspots.store import record
from hotspots.study.selection import Selection

RULES = """
idle_minutes = 20
longest_hours = 8

[[rule]]
claim = "email"
value = "gone@police.example"
role = "none"

[[rule]]
claim = "groups"
value = "homicide"
role = "ROLE"
"""
NEEDS = {"cases": "cases", "repeats": "windows", "import": "import", "publish": "publish"}  # of pages; every other: numbers of areas
PAGES = ("", "map", "trends", "change", "compare", "people", "concentration", "priorities", "interventions", "data", "methods", *NEEDS)


@pytest.fixture
def signed_in(tmp_path, monkeypatch):
    """Ask for a sign-in, and return a way to be somebody: a role, more lines of the rule, and claims."""
    path, counted = tmp_path / "access.toml", itertools.count()
    monkeypatch.setenv("HOTSPOTS_ACCESS", str(path))

    def be(role: str, more: str = "", **claims):
        path.write_text(RULES.replace("ROLE", role) + more, encoding="utf-8")
        somebody = {"is_logged_in": True, "sub": f"u{next(counted)}", "email": "ana@police.example", "groups": ["homicide"]} | claims
        monkeypatch.setattr(admission, "_claims", lambda: somebody)
        return path

    return be


@pytest.mark.cases(1)
@pytest.mark.parametrize("role", ROLES)
def test_every_role_sees_its_pages_and_no_other(own_city, signed_in, role):
    signed_in(role)
    for page in PAGES:
        app = open_page(page, lang="en")
        assert not app.exception, page
        refused = "your role does not include this" in text(app)
        assert refused != (NEEDS.get(page, "areas") in ROLES[role]), (role, page)


@pytest.mark.cases(1)
@pytest.mark.parametrize("role", ROLES)
def test_single_homicides_are_on_no_page_of_who_may_not_see_them(own_city, signed_in, role):
    signed_in(role)
    app = open_page("", lang="en")
    assert ("Cases" in [one.value for one in app.subheader]) == ("cases" in ROLES[role])
    assert ("Open windows" in [one.value for one in app.subheader]) == ("windows" in ROLES[role])


def test_a_question_is_refused_before_an_answer_is_looked_up(own_city, signed_in):
    from hotspots.dashboard.restricted import cached

    signed_in("commander")
    chosen = Selection(city="villa-prueba", unit="blocks")
    assert cached.asked(chosen).ask(cases.cases) is not None
    signed_in("viewer")
    with pytest.raises(AccessError, match="single homicides"):
        cached.asked(chosen).ask(cases.cases)
    assert Asked.of(chosen).ask(cases.cases) is not None  # a command is run by whoever may read the store


def test_who_may_see_one_district_sees_its_numbers_alone(own_city, signed_in):
    signed_in("commander", 'districts = ["row 0"]\n')
    from hotspots.dashboard.restricted import cached

    whole = Asked.of(Selection(city="villa-prueba", unit="blocks")).study
    inside = Asked.of(Selection(city="villa-prueba", unit="blocks", place="district:row 0")).study.victims
    found = cached.asked(Selection(city="villa-prueba", unit="blocks"))
    assert 0 < inside < whole.victims
    assert found.study.victims == inside
    assert set(found.city.blocks["district"]) == {"row 0"}
    assert found.ask(cases.cases, days=0).value.table["district"].dropna().unique().tolist() == ["row 0"]
    for page in ("", "map", "trends", "compare", "cases", "priorities"):
        app = open_page(page, lang="en")
        assert not app.exception, page
        assert "row 1" not in text(app), page
    assert "your role does not include this" in text(open_page("data", lang="en"))  # it tells of the whole city
    elsewhere = open_page("", lang="en", place="district:row 1")
    assert "row 1" not in asked_place(elsewhere)
    signed_in("commander")
    assert (
        cached.asked(Selection(city="villa-prueba", unit="blocks")).study.victims == whole.victims
    )  # nothing of the narrower reader was kept for this one


def asked_place(app) -> str:
    return str(app.query_params.get("place", ""))


def test_the_city_of_who_may_see_one_district_is_called_by_it_and_explained(own_city, signed_in):
    """No sentence of a page, a sheet or a file may pass the figures of a district for those of the city."""
    from hotspots.dashboard.restricted import cached

    signed_in("viewer", 'districts = ["row 0", "row 2", "nowhere"]\n')
    found = cached.asked(Selection(city="villa-prueba", unit="blocks")).city
    assert (found.name, found.districts) == ("Villa Prueba (row 0, row 2)", ("row 0", "row 2"))
    for page, place in (("", ""), ("trends", "circle:14.6,-90.5,20"), ("compare", "district:row 1")):
        said = text(open_page(page, lang="en", place=place))
        assert "“The city” means these districts alone, here and below: row 0 and row 2" in said, page
        assert "figures of the whole city" not in said
        assert ("These are the figures of all your districts." in said) == bool(place), page
    assert "All your districts" in open_page("trends", lang="en").selectbox(key="choice_place_of").options
    assert open_page("", lang="en").selectbox(key="choice_district").options == ["All your districts", "row 0", "row 2"]
    sheet = brief_page.of_choices(
        cached.asked(Selection(city="villa-prueba", unit="blocks", place="district:row 0", language="en")), "command", address=""
    )
    assert "Villa Prueba (row 0, row 2): " in " ".join(sheet.lead)
    assert "The whole city" not in " ".join(sheet.lead)
    signed_in("viewer")
    assert cached.asked(Selection(city="villa-prueba", unit="blocks")).city.name == "Villa Prueba"
    said = text(open_page("trends", lang="en", place="circle:14.6,-90.5,20"))
    assert "These are the figures of the whole city." in said
    assert "means these districts alone" not in said


def test_who_may_see_one_district_is_told_of_no_view_of_another(own_city, signed_in):
    from hotspots.dashboard.restricted import cached, share

    x, y = [float(one) for one in own_city.blocks.to_crs(4326).geometry.iloc[0].representative_point().coords[0]]
    for name, choices in {
        "mine": {"place": "district:row 0", "at": "13.5,-89.2,14", "picked": "3_4", "weapon": "firearm"},
        "a house of mine": {"place": f"circle:{y},{x},1"},
        "over the border": {"place": f"circle:{y},{x},9"},
        "theirs": {"place": "district:row 1"},
        "mine beside theirs": {"place": "district:row 0", "beside": "district:row 1"},
        "all": {},
        "what is done in Row 1": {},
        "row 10": {},
        "what was done": {"entry": "Patrols in row 2"},
    }.items():
        saved_views.save("villa-prueba", saved_views.SavedView(name, "map", choices))
    signed_in("commander", 'districts = ["row 0"]\n')
    found, _ = share.within_reach(cached.asked(Selection(city="villa-prueba", unit="blocks")).city)
    assert {one.name: dict(one.choices) for one in found} == {
        "mine": {"place": "district:row 0", "weapon": "firearm"},
        "a house of mine": {"place": f"circle:{y},{x},1"},
        "all": {},
        "row 10": {},
    }
    app = open_page("trends", lang="en")
    app.button(key="to_saved_views").click().run()
    shown = " ".join(one.proto.body for one in app.get("html"))
    assert "a house of mine" in shown
    assert "theirs" not in shown
    signed_in("commander")
    assert len(share.within_reach(cached.asked(Selection(city="villa-prueba", unit="blocks")).city)[0]) == 9


def test_a_district_that_the_city_lacks_opens_nothing(own_city, signed_in):
    signed_in("commander", 'districts = ["nowhere"]\n')
    app = open_page("", lang="en")
    assert "none of the districts that your role is for" in text(app)
    assert "people killed" not in text(app)


def test_who_may_see_another_city_sees_none_here(own_city, signed_in):
    signed_in("admin", 'cities = ["other"]\n')
    app = open_page("", lang="en", city="villa-prueba")
    assert not app.exception
    assert "people killed" not in text(app)


def test_a_city_that_somebody_may_not_see_is_refused_whoever_asks_for_it(own_city, signed_in):
    """Whatever a page would let through: data, studies and answers are got through this one gate."""
    signed_in("admin", 'cities = ["elsewhere"]')
    for ask in (cached.settled, cached.city, cached.study, cached.asked):
        with pytest.raises(AccessError, match="does not include this city"):
            ask(Selection(city=own_city.slug))
    signed_in("viewer", f'cities = ["{own_city.slug}"]')
    assert cached.city(Selection(city=own_city.slug)).slug == own_city.slug


def test_the_name_of_who_signed_in_is_shown_letter_by_letter(own_city, signed_in):
    signed_in("viewer", email="*ana* [here](https://evil.example)")
    said = [one.value for one in open_page("trends", lang="en").sidebar.caption]
    assert any(r"Signed in: \*ana\* \[here\]\(https\:\/\/evil\.example\), viewer".replace(r"\/", "/") in one for one in said), said


def test_an_area_drawn_around_one_house_is_for_who_may_see_cases(own_city, signed_in):
    signed_in("viewer")
    app = open_page("", lang="en", place="circle:14.6,-90.5,20")
    assert "does not include areas drawn by hand" in text(app)


@pytest.mark.cases(1)
@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"is_logged_in": False}, "Please sign in"),
        ({"sub": ""}, "Please sign in"),
        ({"groups": ["traffic"]}, "nobody has given you access"),
        ({"groups": "homicide", "email": "gone@police.example"}, "nobody has given you access"),
        ({"iat": 1_000_000_000}, "Your sign-in has ended"),
    ],
)
def test_nobody_else_gets_in(own_city, signed_in, claims, said):
    signed_in("admin", **claims)
    for page in PAGES:
        app = open_page(page, lang="en")
        assert said in text(app), page
        assert "people killed" not in text(app)
        assert "Villa Prueba" not in text(app)


def test_a_sign_in_ends_when_nothing_is_done_and_stays_ended(own_city, signed_in, monkeypatch):
    signed_in("viewer", sub="idle")
    now = 1_900_000_000.0
    monkeypatch.setattr(admission.time, "time", lambda: now)
    assert isinstance(admission.standing(used=True), Access)
    now += 19 * 60
    assert isinstance(admission.standing(), Access)  # a look at the open page is no sign of life
    now += 2 * 60
    assert admission.standing() == "ended"
    now -= 20 * 60
    assert admission.standing(used=True) == "ended"
    signed_in("viewer", sub="busy")
    for _ in range(25):  # every 19 minutes
        assert isinstance(admission.standing(used=True), Access)
        now += 19 * 60
    now += 6 * 60
    assert admission.standing(used=True) == "ended"  # eight hours after it began


def test_what_is_taken_away_is_gone_at_the_next_look(own_city, signed_in):
    path = signed_in("admin")
    assert admission.standing().role == "admin"
    path.write_text(RULES.replace("ROLE", "viewer"), encoding="utf-8")
    assert admission.standing().role == "viewer"
    path.write_text("nonsense", encoding="utf-8")
    assert admission.standing() == "table"


def test_without_a_sign_in_whoever_sits_here_sees_everything(own_city):
    assert admission.standing() == EVERYTHING
    assert "Sign out" not in [one.label for one in open_page("", lang="en").button]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "has no [[rule]]"),
        ("[[rule]]\nclaim = 'email'\nvalue = ''\nrole = 'viewer'", "rule 1 says no value"),
        ("[[rule]]\nclaim = 'email'\nvalue = 'a'\nrole = 'king'", "rule 1 gives the role 'king'; use one of viewer"),
        ("[[rule]]\nclaim = 'email'\nvalue = 'a'\nrole = 'viewer'\ncity = 'x'", "rule 1 has city, which means nothing"),
        ("[[rule]]\nclaim = 'email'\nvalue = 'a'\nrole = 'viewer'\ncities = 'x'", "rule 1: cities must be a list of names"),
        ("idle_minutes = 0\n[[rule]]\nclaim = 'email'\nvalue = 'a'\nrole = 'viewer'", "idle_minutes must be a whole number from 1"),
        ("idle = 3\n[[rule]]\nclaim = 'email'\nvalue = 'a'\nrole = 'viewer'", "has idle, which means nothing"),
        ("not toml", "cannot be read"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_in_plain_words(tmp_path, written, said):
    path = tmp_path / "access.toml"
    path.write_text(written, encoding="utf-8")
    with pytest.raises(AccessError, match=re.escape(said)):
        access.read(path)


def test_an_address_that_nobody_verified_is_nobodys():
    rules = access.Table((access.Rule("email", "ana@police.example", "admin"),))
    claims = {"sub": "1", "email": "ana@police.example"}
    assert access_of(claims | {"email_verified": True}, rules).role == "admin"
    assert access_of(claims | {"email_verified": False}, rules) is None
    assert access_of(claims | {"email": ["ana@police.example"]}, rules).role == "admin"


def test_what_somebody_does_is_written_down_once(own_city, signed_in):
    signed_in("admin", sub="seen")
    app = open_page("trends", lang="en", place="district:row 0")
    app.run()
    done = [(one.who, one.role, one.what) for one in record.entries()]
    assert done[::-1] == [("ana@police.example", "admin", "sign in"), ("ana@police.example", "admin", "view")]
    about = next(record.entries()).about
    assert about.startswith("trends ")
    assert "place=district:row 0" in about
    assert "unchanged since" in " ".join(one.value for one in open_page("record", lang="en").success)
    signed_in("viewer", sub="seen")
    assert "your role does not include this" in text(open_page("record", lang="en"))


def test_where_it_cannot_be_written_no_page_is_drawn_and_no_file_given(own_city, signed_in, monkeypatch):
    signed_in("commander")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(record.os, "fsync", full)
    app = open_page("trends", lang="en")
    assert "so nothing is given out" in text(app)
    assert "people killed" not in text(app)


def test_a_file_is_made_for_who_was_at_the_page_and_written_down(own_city, signed_in, monkeypatch):
    """It is asked for after the run of the page, in a thread that knows nobody."""
    path = signed_in("commander", sub="files")
    offered = {}
    monkeypatch.setattr(admission.st, "download_button", lambda label, **given: offered.update({given["key"]: given}))
    admission.give("A table", lambda: admission.current().role.encode(), file_name="table.csv", mime="text/csv", key="one")
    monkeypatch.setattr(admission, "_claims", lambda: getattr(admission._THREAD, "claims", None) or {})
    assert offered["one"]["data"]() == b"commander"
    line = next(record.entries())
    assert (line.what, line.about, line.who) == ("file", "table.csv", "ana@police.example")
    path.write_text(RULES.replace("ROLE", "none"), encoding="utf-8")
    with pytest.raises(AccessError):
        offered["one"]["data"]()
