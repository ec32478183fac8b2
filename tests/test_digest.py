"""What is new since an earlier version: what stands in it, its feed, its mails, and that nobody gets the same twice."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import ssl
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import geopandas as gpd
import pandas as pd
import pytest
from conftest import TORTURE
from driving import free_port

from hotspots import cities, settings, store
from hotspots.cities import logbook, receivers, versions
from hotspots.cities.arrivals import arrivals
from hotspots.cli import mailing
from hotspots.cli.main import main
from hotspots.drawing import digests
from hotspots.questions.restricted import Asked
from hotspots.questions.restricted.digest import digest, since
from hotspots.store.schema import Incidents
from hotspots.study.selection import Selection
from hotspots.words import words_for

ATOM = "{http://www.w3.org/2005/Atom}"
DAY = pd.Timedelta(days=1)


@pytest.fixture
def villa_again(villa, tmp_path, monkeypatch):
    """Publish the small city in a store that the test may change."""
    monkeypatch.setenv("HOTSPOTS_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("HOTSPOTS_CITIES", str(tmp_path / "none"))
    return versions.publish(villa[0])


def with_rows(city, *rows, end=None, drop=()):
    """Publish the city with further people killed (day, the row to take everything else from), without some, up to `end`."""
    table = city.incidents.drop(index=list(drop))
    more = [table.iloc[[like]].assign(date=pd.Timestamp(day), event_id=f"new {day} {i}") for i, (day, like) in enumerate(rows)]
    joined = gpd.GeoDataFrame(pd.concat([table, *more], ignore_index=True), crs=table.crs).rename_axis("incident")
    return versions.publish(replace(city, incidents=Incidents(joined), end=pd.Timestamp(end) if end else city.end))


def told_of(city, before, language="en", place=""):
    asked = Asked.of(Selection(city=city.slug, place=place, language=language))
    return digest(asked, words_for(language), before=before, address="http://localhost:8501")


def numbers(found):
    return {one.key: one.n for one in found.sections}


def test_new_late_corrected_and_taken_out_are_told_apart(villa_again):
    end = villa_again.end
    table = villa_again.incidents
    gone, changed = table.index[-1], table.index[0]
    second = with_rows(villa_again, (end + 2 * DAY, 0), (end + 2 * DAY, 1), (end - 40 * DAY, 2), end=end + 7 * DAY, drop=[gone])
    found = told_of(second, 1)
    assert {name: n for name, n in numbers(found).items() if name in ("new", "late", "withdrawn", "corrected")} == {
        "new": 2,
        "late": 1,
        "withdrawn": 1,
    }
    late = arrivals(second.slug, 2)
    assert (late.late, late.withdrawn) == (1, 1)  # the page of the data says the same
    weapon = "blade" if table.at[changed, "weapon"] != "blade" else "firearm"
    corrected = second.incidents.copy()
    corrected.loc[corrected.index[0], "weapon"] = weapon
    versions.publish(replace(second, incidents=Incidents(corrected)))
    found = told_of(second, 2)
    assert numbers(found) == {"corrected": 1}
    assert "weapon changed" in found.sections[0].lines[0]


def test_where_nothing_is_new_it_says_so(villa_again):
    versions.publish(replace(villa_again, licence="another"))
    found = told_of(villa_again, 1)
    assert found.quiet
    assert "nothing new since" in found.title
    assert "Nothing new since the last time." in digests.text(found)


@pytest.mark.walk
def test_an_intervention_begun_stands_in_it_and_a_place_narrows_it(villa_again):
    end = villa_again.end
    second = with_rows(villa_again, (end + DAY, 0), end=end + 7 * DAY)
    entry = logbook.Entry("", {"en": "Safe Nights", "es": "Noches Seguras"}, end + 3 * DAY)
    logbook.add(second.slug, entry, blocks=second.blocks, notes=second.notes)
    found = told_of(second, 1, "es")
    assert numbers(found)["done"] == 1
    assert any("Noches Seguras" in line for line in found.sections[-1].lines)
    block = str(Asked.of(Selection(city=second.slug)).study.unit_of.iloc[0])
    elsewhere = next(one for one in second.blocks.index if one != block)
    assert numbers(told_of(second, 1, place=f"block:{block}"))["new"] == 1
    assert "new" not in numbers(told_of(second, 1, place=f"block:{elsewhere}"))


def test_of_published_totals_only_what_is_new_or_changed_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("HOTSPOTS_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("HOTSPOTS_CITIES", str(tmp_path / "none"))
    folder = tmp_path / "totals"
    folder.mkdir()
    toml = 'name = "Totals"\nlanguage = "en"\ntimezone = "UTC"\nsource = "Invented"\nlicence = "none"\nunmapped = true\n'
    toml += '[area_counts.police]\nfile = "counts.csv"\narea = "place"\nperiod = "year"\ncount = "killed"\nsex = "sex"\n'
    (folder / "city.toml").write_text(toml)
    head, rows = "place,year,killed,sex\n", ["Norte,2021,2,male", "Norte,2021,1,female", "Sur,2021,4,male", "Sur,2021,0,female"]
    (folder / "counts.csv").write_text(head + "\n".join(rows))
    first = cities.import_folder(folder)
    (folder / "counts.csv").write_text(head + "\n".join([*rows[:2], "Sur,2021,5,male", rows[3], "Sur,2022,7,male", "Norte,2022,3,male"]))
    city = cities.import_folder(folder)
    (section,) = told_of(city, first.version).sections
    assert sorted(section.lines) == ["Norte, Men and boys, 2022: 3", "Sur, Men and boys, 2021: 5, before 4", "Sur, Men and boys, 2022: 7"]


def test_the_version_to_compare_with_is_named_by_number_or_by_day(villa_again):
    second = with_rows(villa_again, (villa_again.end + DAY, 0), end=villa_again.end + 7 * DAY)
    today = dt.datetime.now(dt.UTC).date().isoformat()
    assert [since(second.slug, asked, now=2) for asked in ("", "1", today)] == [1, 1, 1]
    for strange in ("2", "7", "2001-01-01", "yesterday"):
        with pytest.raises(store.schema.DataError, match="there are 1"):
            since(second.slug, strange, now=2)


def follows_rfc_4287(feed: bytes) -> list[str]:
    """Return what breaks the grammar of RFC 4287 in a feed, element by element."""
    root = ET.fromstring(feed)
    wrong = [] if root.tag == f"{ATOM}feed" else [root.tag]
    once, never = {"id", "title", "updated"}, {"summary", "published", "source", "content"}
    known = {
        "author",
        "category",
        "contributor",
        "generator",
        "icon",
        "id",
        "link",
        "logo",
        "rights",
        "subtitle",
        "title",
        "updated",
        "entry",
    }
    wrong += _counted(root, once, known - never)
    wrong += [] if root.find(f"{ATOM}author") is not None else ["no author"]
    for entry in root.findall(f"{ATOM}entry"):
        wrong += _counted(
            entry, once, {"author", "category", "content", "contributor", "id", "link", "published", "rights", "source"} | once
        )
        content = entry.find(f"{ATOM}content")
        wrong += [] if content is not None and content.get("type") in ("html", "text") and not len(content) else ["content"]
    for person in root.iter(f"{ATOM}author"):
        wrong += _counted(person, {"name"}, {"name", "uri", "email"})
    stamps = [one.text or "" for one in root.iter(f"{ATOM}updated")]
    wrong += [one for one in stamps if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", one)]
    ids = [one.findtext(f"{ATOM}id") or "" for one in root.iter(f"{ATOM}entry")]
    wrong += [one for one in [root.findtext(f"{ATOM}id") or "", *ids] if not urlsplit(one).scheme]
    wrong += ["an id twice"] if len(set(ids)) < len(ids) else []
    wrong += [one.attrib for one in root.iter(f"{ATOM}link") if not one.get("href") or len(one)]
    return wrong


def _counted(parent: ET.Element, once: set[str], known: set[str]) -> list[str]:
    names = [one.tag.removeprefix(ATOM) for one in parent]
    return [name for name in once if names.count(name) != 1] + [name for name in names if name not in known]


def test_the_files_say_the_same_and_the_feed_follows_its_grammar(villa_again, printed, tmp_path):
    end = villa_again.end
    out = tmp_path / "news"
    for week in (1, 2):
        named = replace(cities.load(villa_again.slug), name="<b>Villa & Söhne</b>")
        with_rows(named, (end + (7 * week - 3) * DAY, week), end=end + 7 * week * DAY)
        for _ in range(2):  # the same digest twice is one entry
            printed("digest", villa_again.slug, "--language", "es", "--out", str(out))
        feed = (out / "feed.xml").read_bytes()
        assert follows_rfc_4287(feed) == []
        assert len(ET.fromstring(feed).findall(f"{ATOM}entry")) == week
    told = json.loads((out / "digest.json").read_text(encoding="utf-8"))
    html, text = ((out / f"digest.{name}").read_text(encoding="utf-8") for name in ("html", "txt"))
    for one in told["sections"]:
        for line in one["lines"]:
            assert line in text
    assert "<b>Villa" not in html
    assert "Restringido: no para publicar" in html
    assert "Restringido: no para publicar" in text
    assert "<script" not in html
    assert "src=" not in html


def test_what_is_no_feed_breaks_the_grammar(villa_again):
    second = with_rows(villa_again, (villa_again.end + DAY, 0), end=villa_again.end + 7 * DAY)
    feed = digests.atom(told_of(second, 1))
    assert follows_rfc_4287(feed) == []
    for old, new in ((b"<updated>", b"<published>"), (b"<author>", b"<person>"), (b"urn:uuid:", b""), (b'type="html"', b'type="xhtml"')):
        broken = feed.replace(old, new).replace(old.replace(b"<", b"</"), new.replace(b"<", b"</"))
        assert follows_rfc_4287(broken) != []


# By mail.


@pytest.fixture(scope="session")
def certificate(tmp_path_factory) -> tuple[Path, Path]:
    """Return a certificate of this machine, made for the tests, and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    folder = tmp_path_factory.mktemp("certificate")
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(private)
    return folder / "cert.pem", folder / "key.pem"


class Mailbox:
    """What a mail server on this machine got; `refuse` is what it answers in place of taking a mail."""

    def __init__(self):
        self.got, self.refuse = [], ""

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        assert session.ssl is not None
        if self.refuse:
            return self.refuse
        self.got.append((envelope.rcpt_tos[0], envelope.content.decode()))
        return "250 taken"


@pytest.fixture
def mailbox(certificate, tmp_path, monkeypatch):
    controller = pytest.importorskip("aiosmtpd.controller")
    from aiosmtpd.smtp import AuthResult

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*map(str, certificate))
    box = Mailbox()

    def known(server, session, envelope, mechanism, data):
        return AuthResult(success=(data.login, data.password) == (b"hotspots", b"secret"))

    one = controller.Controller(
        box, hostname="localhost", port=free_port(), tls_context=context, require_starttls=True, authenticator=known, auth_required=True
    )
    one.start()
    monkeypatch.setenv("MAIL_PASSWORD", "secret")
    box.file = tmp_path / "receivers.toml"
    box.file.write_text(receivers_file(one.port, certificate[0]), encoding="utf-8")
    yield box
    one.stop()


def receivers_file(port: int, certificate: Path) -> str:
    return f"""
[mail]
server = "localhost"
port = {port}
sender = "Hotspots <hotspots@localhost>"
user = "hotspots"
password_env = "MAIL_PASSWORD"
certificates = "{certificate}"

[[receiver]]
address = "centre@localhost"
language = "es"

[[receiver]]
address = "row@localhost"
place = "district:row 0"
"""


def to_one(file: Path) -> None:
    """Leave the first receiver alone in the file."""
    text = file.read_text(encoding="utf-8")
    file.write_text(text[: text.rindex("[[receiver]]")], encoding="utf-8")


@pytest.mark.walk
@pytest.mark.slow
def test_a_month_of_imports_sends_what_it_should_and_nothing_twice(villa_again, mailbox, capsys):
    """Imports on 15 days (30 in `make torture`), sent twice: every third somebody was killed, every fifth the same file comes again."""
    city, should = villa_again, []
    to_one(mailbox.file)
    main(["digest", city.slug, "--send", str(mailbox.file)])
    assert mailbox.got == []  # there is no version before the first
    for day in range(1, 31 if TORTURE else 16):
        end = villa_again.end + day * DAY
        if day % 5:
            rows = [(end - DAY, day % len(city.incidents))] if day % 3 == 0 else []
            city = with_rows(city, *rows, end=end)
            should += [end - DAY] * len(rows)
        for _ in range(2):
            assert main(["digest", city.slug, "--send", str(mailbox.file)]) == 0
    capsys.readouterr()
    told = [body(text) for _, text in mailbox.got]
    killed = [text for text in told if "Personas asesinadas desde entonces" in text]
    assert len(killed) == len(should)
    for day, text in zip(should, killed, strict=True):
        assert words_for("es").short_date(day.date()) in text
    names = [re.search(r"Message-ID: (\S+)", text)[1] for _, text in mailbox.got]
    assert len(set(names)) == len(names)


def body(text: str) -> str:
    """Return the plain part of a mail."""
    import email
    from email.policy import default

    return email.message_from_string(text, policy=default).get_body(("plain",)).get_content()


@pytest.mark.walk
def test_a_mail_that_the_server_refuses_is_sent_the_next_time(villa_again, mailbox, capsys):
    city = with_rows(villa_again, (villa_again.end + DAY, 0), end=villa_again.end + 7 * DAY)
    mailbox.refuse = "451 try again later"
    assert main(["digest", city.slug, "--send", str(mailbox.file)]) == 1
    assert "451" in capsys.readouterr().err
    mailbox.refuse = ""
    assert main(["digest", city.slug, "--send", str(mailbox.file)]) == 0
    assert len(mailbox.got) >= 1
    before = len(mailbox.got)
    assert main(["digest", city.slug, "--send", str(mailbox.file)]) == 0
    assert len(mailbox.got) == before


@pytest.mark.cases(1)
@pytest.mark.parametrize("kept", [True, False])
def test_who_was_told_up_to_a_version_that_is_gone_hears_so(villa_again, mailbox, capsys, kept):
    """What changed since cannot be told; the next digest goes on from what is kept."""
    to_one(mailbox.file)
    first = villa_again.version
    assert main(["digest", villa_again.slug, "--send", str(mailbox.file)]) == 0
    end = villa_again.end + DAY
    city = with_rows(villa_again, (end - DAY, 0), end=end)
    if kept:
        city = with_rows(city, (end, 1), end=end + DAY)
    shutil.rmtree(settings.store_folder() / city.slug / "versions" / str(first))
    capsys.readouterr()
    assert main(["digest", city.slug, "--send", str(mailbox.file)]) == 1
    assert f"version {first}, up to which it was told, is not kept any more" in capsys.readouterr().err
    assert len(mailbox.got) == int(kept)
    assert main(["digest", city.slug, "--send", str(mailbox.file)]) == 0
    assert len(mailbox.got) == int(kept)


KILLED = """
import os, signal, smtplib, sys
from hotspots.cities import receivers
from hotspots.cli.main import main

where, writes = sys.argv[1], []
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

data, write = smtplib.SMTP.data, receivers.write
def written(slug, who, state):
    if where == "before the note" and state.trying:
        die()
    if where == "after the mail" and writes and not state.trying:
        die()
    write(slug, who, state)
    writes.append(state)
    if where == "after the note" and state.trying:
        die()
    if where == "after all" and not state.trying:
        die()
receivers.write = written
main(["digest", sys.argv[2], "--send", sys.argv[3]])
"""


@pytest.mark.walk
@pytest.mark.parametrize(("where", "mails"), [("before the note", 1), ("after the note", 0), ("after the mail", 1), ("after all", 1)])
def test_killed_anywhere_nobody_gets_the_same_twice(villa_again, mailbox, capsys, where, mails):
    city = with_rows(villa_again, (villa_again.end + DAY, 0), end=villa_again.end + 7 * DAY)
    to_one(mailbox.file)
    done = subprocess.run([sys.executable, "-c", KILLED, where, city.slug, str(mailbox.file)], capture_output=True, check=False)
    assert done.returncode == -9, done.stderr
    again = main(["digest", city.slug, "--send", str(mailbox.file)])
    assert len(mailbox.got) == mails
    unknown = where in ("after the note", "after the mail")
    assert again == int(unknown)
    assert ("may not have arrived" in capsys.readouterr().err) == unknown
    assert main(["digest", city.slug, "--send", str(mailbox.file)]) == 0
    assert len(mailbox.got) == mails


def test_the_password_is_nowhere_but_in_its_own_file(villa_again, mailbox, tmp_path):
    secret = tmp_path / "password"
    secret.write_text("secret\n", encoding="utf-8")
    text = mailbox.file.read_text(encoding="utf-8")
    mailbox.file.write_text(text.replace('password_env = "MAIL_PASSWORD"', f'password_file = "{secret}"'), encoding="utf-8")
    secret.chmod(0o644)
    with pytest.raises(store.schema.DataError, match="chmod 600"):
        mailing.read(mailbox.file)
    secret.chmod(0o600)
    assert mailing.read(mailbox.file).password == "secret"
    mailbox.file.write_text(text.replace('password_env = "MAIL_PASSWORD"', 'password = "secret"'), encoding="utf-8")
    with pytest.raises(store.schema.DataError, match="holds a password"):
        mailing.read(mailbox.file)
    mailbox.file.write_text(text.replace("[mail]", '[mail]\nsecurity = "none"'), encoding="utf-8")
    with pytest.raises(store.schema.DataError, match="starttls"):
        mailing.read(mailbox.file)


@pytest.mark.walk
def test_a_damaged_record_stops_its_mail(villa_again, mailbox, capsys):
    city = with_rows(villa_again, (villa_again.end + DAY, 0), end=villa_again.end + 7 * DAY)
    main(["digest", city.slug, "--send", str(mailbox.file)])
    (record, *_) = sorted((settings.store_folder() / city.slug / "told").glob("*.json"))
    record.write_text(record.read_text(encoding="ascii").replace('"upto": 2', '"upto": 1'), encoding="ascii")
    before = len(mailbox.got)
    assert main(["digest", city.slug, "--send", str(mailbox.file)]) == 1
    assert "damaged" in capsys.readouterr().err
    assert len(mailbox.got) == before
    assert receivers.Reached(1).trying == 0
