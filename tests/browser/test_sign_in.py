"""A sign-in with a provider of its own, in a real browser: who comes in, what they see, how it is taken away; and requests without one."""

from __future__ import annotations

import base64
import contextlib
import http.client
import itertools
import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from importlib.util import find_spec
from urllib.parse import parse_qsl, urlsplit

import pytest
from driving import REPO, free_port, start_streamlit, wait_until_idle
from raw_socket import cookie_of, received

from hotspots.agency import ROLES

TABLE = """
[[rule]]
claim = "groups"
value = "homicide"
role = "{role}"

[[rule]]
claim = "sub"
value = "eva"
role = "viewer"
districts = ["row 0"]
"""
EACH = "".join(f'\n[[rule]]\nclaim = "sub"\nvalue = "{role}"\nrole = "{role}"\n' for role in ROLES)
SECRET = "a secret of more than thirty-two letters"
SECRETS = """
[auth]
redirect_uri = "{address}/oauth2callback"
cookie_secret = "{secret}"
client_id = "hotspots"
client_secret = "told to nobody"
server_metadata_url = "http://127.0.0.1:{provider}/.well-known/openid-configuration"
"""


USERS = (
    {"sub": "ana", "email": "ana@police.example", "groups": ["homicide"]},
    {"sub": "eva", "email": "eva@church.example"},
    {"sub": "zoe", "email": "zoe@press.example"},
)


@pytest.fixture(scope="module")
def provider():
    """Start a provider of sign-ins, a program of its own; return its port."""
    if find_spec("oidc_provider_mock") is None:
        pytest.skip("oidc-provider-mock is not installed: pip install -r requirements-dev.txt")
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    command += [part for user in USERS for part in ("--user-claims", json.dumps(user))]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(300):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            break
        time.sleep(0.1)
    yield port
    process.terminate()
    process.wait(timeout=20)


@pytest.fixture(scope="module")
def signed(tmp_path_factory, villa, provider):
    """Serve the small city with a sign-in; return its address and its table of access."""
    folder = tmp_path_factory.mktemp("signed")
    shutil.copytree(villa[1], folder / "store")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    (folder / "secrets.toml").write_text(SECRETS.format(secret=SECRET, address=address, provider=provider), encoding="utf-8")
    table = folder / "access.toml"
    table.write_text(TABLE.format(role="commander") + EACH, encoding="utf-8")
    env = {"HOTSPOTS_ACCESS": str(table), "HOTSPOTS_CITIES": str(folder / "none")}
    options = {"server.port": str(port), "secrets.files": str(folder / "secrets.toml")}
    process, _ = start_streamlit(REPO / "app.py", env, options, folder)
    yield address, table
    process.terminate()
    process.wait(timeout=20)


def forgive(page) -> None:
    """Forget that the provider's own pages ask for a style sheet elsewhere."""
    page.left[:] = [url for url in page.left if "picocss" not in url]


def sign_in(page, address: str, who: str, path: str = "") -> None:
    page.goto(f"{address}/{path}?lang=en")
    page.get_by_role("button", name="Sign in").click()
    page.locator(f"button[value={who}]").click()
    page.wait_for_url(f"{address}/**")
    page.wait_for_selector("h1, h2", timeout=60_000)
    wait_until_idle(page)
    forgive(page)


def test_a_commander_comes_in(open_page, signed):
    address, _ = signed
    page = open_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{address}/cases?lang=en")
    page.get_by_role("button", name="Sign in").wait_for(timeout=60_000)
    assert "Villa Prueba" not in page.content()
    sign_in(page, address, "ana")
    assert "people killed" in page.inner_text("body").lower()


@pytest.mark.walk
def test_a_followed_link_opens_after_the_sign_in(open_page, signed):
    """Page, place, filter and measure come through the provider, and the browser forgets them then."""
    address, _ = signed
    page = open_page(viewport={"width": 1440, "height": 900})
    link = f"{address}/map?lang=en&place=district:row+1&weapon=firearm&measure=count"
    page.goto(link)
    page.get_by_role("button", name="Sign in").click(timeout=60_000)
    page.locator("button[value=ana]").click()
    page.wait_for_url(f"{address}/map?**")
    page.wait_for_selector("h1, h2", timeout=60_000)
    wait_until_idle(page)
    forgive(page)
    found = urlsplit(page.url)
    asked = dict(parse_qsl(found.query))
    assert found.path == "/map"
    assert {"place": "district:row 1", "weapon": "firearm", "measure": "count"}.items() <= asked.items()
    assert [one["name"] for one in page.context.cookies() if one["name"] == "hotspots_way_back"] == []


def test_no_other_place_is_opened_whatever_the_cookie_says(signed):
    host, port = signed[0].removeprefix("http://").split(":")

    def leads_to(text: str) -> str | None:
        with contextlib.closing(http.client.HTTPConnection(host, int(port), timeout=20)) as asked:
            asked.request("GET", "/oauth2callback?error=refused", headers={"Cookie": f"hotspots_way_back={text}", "Connection": "close"})
            with asked.getresponse() as answer:
                return answer.headers["Location"]

    def kept(way: str) -> str:
        return base64.urlsafe_b64encode(way.encode()).decode()

    assert leads_to(kept("/cases?place=district:2")) == "/cases?place=district:2"
    elsewhere = (
        "//evil.example/",
        "https://evil.example/cases",
        "/\\evil.example",
        "/cases?a=1\r\nSet-Cookie: b=c",
        "/a/b",
        "/cásas",
        "evil",
    )
    for text in (*map(kept, elsewhere), "no base", ""):
        assert leads_to(text) == "/", text


@pytest.mark.walk
def test_what_is_taken_away_is_gone_from_an_open_page(open_page, signed):
    address, table = signed
    page = open_page(viewport={"width": 1440, "height": 900})
    sign_in(page, address, "ana")
    page.goto(f"{address}/cases?lang=en")
    page.get_by_text("Signed in: ana@police.example, commander").wait_for(state="attached", timeout=60_000)
    whole = table.read_text(encoding="utf-8")
    table.write_text(TABLE.format(role="viewer"), encoding="utf-8")
    page.get_by_text("your role does not include this").wait_for(timeout=60_000)  # the page looks by itself
    table.write_text(TABLE.format(role="none"), encoding="utf-8")
    page.get_by_text("nobody has given you access").wait_for(timeout=60_000)
    table.write_text(whole, encoding="utf-8")


@pytest.mark.walk
def test_somebody_of_one_district_and_somebody_unknown(open_page, signed):
    address, _ = signed
    page = open_page(viewport={"width": 1440, "height": 900})
    sign_in(page, address, "eva")
    page.goto(f"{address}/compare?lang=en")
    page.get_by_text("Numbers are of these districts alone: row 0").wait_for(state="attached", timeout=60_000)
    assert "row 1" not in page.inner_text("body")
    other = open_page()
    sign_in(other, address, "zoe")
    assert "nobody has given you access" in other.inner_text("body")
    other.get_by_role("button", name="Sign out").click()
    other.wait_for_timeout(1500)
    forgive(other)
    assert "Villa Prueba" not in other.content()


def test_without_a_session_nothing_but_the_way_in_answers(signed):
    address, _ = signed

    def status(path: str, **headers: str) -> int:
        try:
            with urllib.request.urlopen(urllib.request.Request(f"{address}/{path}", headers=headers), timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as fault:
            return fault.code

    assert status("") == 200
    assert status("_stcore/health") == 200
    for path in ("media/abc.csv", "tiles/1/1/1.png", "component/x/index.html", "_stcore/upload_file/a/b", "_stcore/bidi-components/x"):
        assert status(path) == 403, path
    assert status("media/abc.csv", Cookie="_streamlit_user=forged") == 403


def test_half_a_sign_in_does_not_start(tmp_path, monkeypatch):
    from streamlit import config

    from hotspots.dashboard import door

    table = tmp_path / "access.toml"
    table.write_text("", encoding="utf-8")
    monkeypatch.setenv("HOTSPOTS_ACCESS", str(table))
    monkeypatch.setattr(
        door, "get_secrets_auth_section", lambda: {"cookie_secret": "short", "redirect_uri": "http://homicides.example/oauth2callback"}
    )
    before = config.get_option("server.address")
    config.set_option("server.address", "0.0.0.0")
    try:
        with pytest.raises(SystemExit) as raised:
            door.refuse_half_a_sign_in()
    finally:
        config.set_option("server.address", before)
    said = str(raised.value)
    for what in ("[[rule]]", "no client_id", "fewer than 32", "redirect_uri must begin with https", "server.allowedHosts"):
        assert what in said


NEEDS = {"cases": "cases", "repeats": "windows", "import": "import", "publish": "publish", "record": "record", "erase": "erase"}
WHOLE_CITY = {"data", "import", "publish", "record", "erase"}  # not for whoever may see one district
CITYLESS = {"import", "record", "erase"}  # pages that may be drawn without a word of the city
AREAS = ("", "wall", "change", "trends", "priorities", "map", "clusters", "concentration", "compare", "people", "interventions", "data")
DATA = (b"Villa Prueba", b"Manzana", b"row 1", b"firearm", b"people killed", b"2015")  # of the city: none of it comes with a refusal
REFUSED, UNASKED = b"your role does not include this", b"Please sign in"


def over_the_socket(address: str, page: str, claims: Mapping[str, str] | None, *, by_name: bool = False) -> tuple[bytes, list[bytes]]:
    """Return all that comes for a page that somebody asks for without a browser, and what of the city is in it."""
    cookie = cookie_of(claims, origin=address, secret=SECRET) if claims else ""
    came = received(address, page, "lang=en&city=villa-prueba", cookie=cookie, by_name=by_name)
    return came, [one for one in DATA if one in came]


@pytest.mark.parametrize("by_name", [False, True])
def test_the_bare_socket_gives_no_page_to_who_lacks_the_right(signed, by_name):
    """What a browser would not draw is not sent either; who holds the right gets it the same way."""
    address, _ = signed
    came, told = over_the_socket(address, "cases", {"sub": "commander"}, by_name=by_name)
    assert {b"Villa Prueba", b"row 1", b"2015"} <= set(told)
    assert REFUSED not in came
    for claims, said in (({"sub": "partner"}, REFUSED), (None, UNASKED), ({"sub": "zoe"}, b"nobody has given you access")):
        came, told = over_the_socket(address, "cases", claims, by_name=by_name)
        assert said in came, claims
        assert told == [], claims


def test_a_cookie_that_the_server_did_not_give_is_nobodys(signed):
    address, _ = signed
    claims = {"sub": "admin"}
    forged = cookie_of(claims, origin=address, secret="another secret of thirty-two letters")
    foreign = cookie_of(claims, origin="http://homicides.example", secret=SECRET)
    for cookie in (forged, foreign):
        came = received(address, "", "lang=en", cookie=cookie)
        assert UNASKED in came
        assert [one for one in DATA if one in came] == []
    assert b"Villa Prueba" in received(address, "", "lang=en", cookie=cookie_of(claims, origin=address, secret=SECRET))


@pytest.mark.walk
@pytest.mark.parametrize("who", [*ROLES, "eva", "zoe", ""])
def test_the_bare_socket_holds_for_everybody_and_every_page(signed, who):
    """Each role, somebody of one district, somebody unknown and nobody, on every page, by its hash and by its name."""
    address, _ = signed
    for page, by_name in itertools.product((*AREAS, "methods", *NEEDS), (False, True)):
        came, told = over_the_socket(address, page, {"sub": who} if who else None, by_name=by_name)
        rights = {"": frozenset(), "zoe": frozenset(), "eva": frozenset({"areas"})}.get(who, ROLES.get(who))
        may = NEEDS.get(page, "areas") in rights and not (who == "eva" and page in WHOLE_CITY)
        assert page in CITYLESS if may and not told else may or not told, (page, told)
        said = UNASKED if not who else b"nobody has given you access" if who == "zoe" else REFUSED
        assert (said in came) != may, page
        assert who != "eva" or b"row 1" not in told, page
