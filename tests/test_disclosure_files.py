"""The files of a release: whole or not at all, the same bytes, nothing of what is withheld, nothing that can be changed unnoticed."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import stat
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from conftest import TORTURE
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from released import SECRET, released_city

from hotspots import cities, settings, store
from hotspots import release as disclosure
from hotspots.cli.main import main
from hotspots.release import (
    LedgerError,
    RefusedError,
    ReleaseError,
    bundle,
    ledger,
    publishing,
    signing,
)
from hotspots.release.examination import Findings
from hotspots.release.rules import Leak
from hotspots.store.schema import Incidents


@pytest.fixture(scope="module")
def release():
    return disclosure.build(released_city(victims=450, years=6, seed=3, hot=3.0), as_of="2026-01-15", secret=SECRET)


@pytest.fixture
def stored(store):
    """Return the slug of a stored city."""
    return cities.publish(released_city(victims=450, years=6, seed=3, hot=3.0)).slug


@pytest.fixture
def folder(release, tmp_path):
    out = tmp_path / "release"
    disclosure.write(release, out, key=SECRET)
    return out


def test_what_is_read_is_what_was_written(release, folder):
    again = disclosure.read(folder, key=SECRET)
    assert again.signed
    assert again.figures.equals(release.figures)
    assert again.by_area.equals(release.by_area)
    assert again.facts == json.loads(json.dumps(dict(release.facts)))
    assert again.areas.geometry.geom_equals(release.areas.geometry).all()
    assert again.members is None
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755  # whoever serves it reads it, and nobody else writes
    assert disclosure.read(folder).signed is None
    assert disclosure.verify(folder) == ()
    assert disclosure.render(again, key=SECRET) == disclosure.render(release, key=SECRET)


def test_files_are_the_same_on_every_system(release, tmp_path, monkeypatch):
    disclosure.write(release, tmp_path / "one", key=SECRET)
    monkeypatch.setattr(os, "linesep", "\r\n")
    disclosure.write(release, tmp_path / "other", key=SECRET)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "other" / path.name).read_bytes(), path.name


def test_files_hold_letters_and_no_codes_for_them(release, tmp_path):
    named = replace(release, areas=release.areas.assign(name=["Año Nuevo", *release.areas["name"].iloc[1:]]))
    named = replace(named, facts=dict(named.facts) | {"name": "Peñón"})
    disclosure.write(named, tmp_path / "out", key=SECRET)
    assert "Peñón" in (tmp_path / "out" / "release.json").read_text(encoding="utf-8")
    assert "Año Nuevo" in (tmp_path / "out" / "areas.geojson").read_text(encoding="utf-8")


def test_tables_are_plain(folder, release):
    with (folder / "areas.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(release.by_area)
    assert {row["count"] for row in rows if row["state"] == "suppressed"} == {""}
    assert all(row["rate"] == "" for row in rows if row["state"] == "suppressed")
    shapes = json.loads((folder / "areas.geojson").read_bytes())
    assert len(shapes["features"]) == len(release.areas)
    table = gpd.read_parquet(folder / "areas.parquet")
    assert table.crs.to_epsg() == 4326
    assert table["count"].isna().sum() == sum(one["properties"]["count"] is None for one in shapes["features"])


def test_nothing_of_a_single_incident_is_in_a_file(folder, release):
    """No column, no day and no place of an incident: corners of areas only."""
    city = released_city(victims=450, years=6, seed=3, hot=3.0)
    text = "".join((folder / name).read_text(encoding="utf-8") for name in os.listdir(folder) if not name.endswith("parquet"))
    assert not any(word in text for word in ("event_id", "hour", "unplaced", "version", "published", "sha"))
    degrees = city.incidents.to_crs(4326).geometry.dropna()
    assert not any(f"{point.x:.5f}" in text and f"{point.y:.5f}" in text for point in degrees)


@pytest.mark.cases(1)
@pytest.mark.parametrize("seed", range(500 if TORTURE else 4))
def test_one_withheld_incident_changes_no_byte(seed):
    rng = np.random.default_rng(seed)
    city = released_city(victims=int(rng.integers(40, 400)), side=4, seed=seed % 25)
    profile = ["strict", "open"][seed % 2]
    without = Incidents(city.incidents.assign(withheld=False))
    extra = city.incidents.iloc[[int(rng.integers(len(city.incidents)))]].assign(withheld=True)
    extra["date"] = pd.Timestamp("2015-01-01") + pd.Timedelta(days=int(rng.integers(0, 2500)))
    extra["sex"], extra["weapon"] = "other", "blunt"
    joined = pd.concat([without, extra], ignore_index=True).sample(frac=1, random_state=seed).rename_axis("incident")
    made = [
        disclosure.render(
            disclosure.build(replace(city, incidents=Incidents(table)), profile=profile, as_of="2026-01-15", secret=SECRET), key=SECRET
        )
        for table in (without, joined)
    ]
    assert made[0] == made[1]


def test_withheld_rows_are_read_from_the_file(city_folder, store):
    """A column says which rows no release may count; the page still counts them."""
    toml = (city_folder / "city.toml").read_text(encoding="utf-8")
    marked = toml.replace("[blocks]", '[incidents.withheld]\nsealed = ["yes", "1"]\n\n[blocks]')
    (city_folder / "city.toml").write_text(marked, encoding="utf-8")
    lines = (city_folder / "homicides.csv").read_text(encoding="utf-8").splitlines()
    sealed = [f"{line},{'sealed' if i == 0 else 'yes' if i < 4 else ''}" for i, line in enumerate(lines)]
    (city_folder / "homicides.csv").write_text("\n".join(sealed), encoding="utf-8")
    city = cities.import_folder(city_folder)
    assert city.incidents["withheld"].sum() == 3
    assert city.covers_stated
    assert any(one.code == "withheld" and one.rows == 3 for one in city.report.findings)
    release = disclosure.build(city, as_of="2026-01-15", secret=SECRET)
    assert release.together("areas", release.windows[-1][0]) <= len(city.incidents) - 3


# --- damage and forgery ---------------------------------------------------------------------------------------------------------


def test_a_folder_without_a_release(tmp_path):
    with pytest.raises(ReleaseError, match=r"no release\.json"):
        disclosure.read(tmp_path)
    (tmp_path / "release.json").write_text("{}")
    assert "holds no release" in disclosure.verify(tmp_path)[0]


def test_a_changed_or_lost_file(folder):
    content = (folder / "city.csv").read_bytes()
    (folder / "city.csv").write_bytes(content.replace(b"2016-01-01", b"2017-01-01", 1))
    with pytest.raises(ReleaseError, match=r"city\.csv was changed"):
        disclosure.read(folder)
    (folder / "city.csv").unlink()
    with pytest.raises(ReleaseError, match=r"city\.csv is gone"):
        disclosure.read(folder)


def forged(folder: Path, name: str, old: bytes, new: bytes) -> None:
    """Change a file and the hash of it, and sign it anew with another secret, as somebody would who knows how."""
    content = (folder / name).read_bytes()
    assert old in content
    content = content.replace(old, new, 1)
    (folder / name).write_bytes(content)
    manifest = json.loads((folder / "release.json").read_bytes())
    manifest["files"][name] = hashlib.sha256(content).hexdigest()
    del manifest["signature"]
    manifest["public_key"] = signing.public_key(b"another")
    manifest["signature"] = signing.sign(bundle._json(manifest), secret=b"another")
    (folder / "release.json").write_bytes(bundle._json(manifest))


def test_anybody_can_check_who_signed(folder):
    """With the public key that the agency announces, and an independent check of the bytes: no secret is needed."""
    manifest = json.loads((folder / "release.json").read_bytes())
    signature = bytes.fromhex(manifest.pop("signature"))
    assert manifest["signed_with"] == "Ed25519"
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(manifest["public_key"]))
    public.verify(signature, (json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode())
    manifest["facts"]["source"] = "Somebody else"
    (folder / "release.json").write_text(json.dumps({**manifest, "signature": signature.hex()}))
    with pytest.raises(ReleaseError, match="changed after it was published"):
        disclosure.read(folder)


def test_a_release_of_before_is_checked_with_its_own_signature(tmp_path):
    """The kept release bears an HMAC: it opens for everybody, and who holds the secret can check it still."""
    kept = Path(__file__).parent / "kept"
    secret = bytes.fromhex((kept / "store" / "villa-norte" / ledger.KEY).read_text())
    assert disclosure.read(kept / "releases" / "villa-norte").signed is None
    assert disclosure.read(kept / "releases" / "villa-norte", key=secret).signed
    with pytest.raises(ReleaseError, match="signature"):
        disclosure.read(kept / "releases" / "villa-norte", key=b"another")


def test_a_forgery_fails_the_signature(folder, release):
    n = int(release.city_years["count"].iloc[0])
    forged(folder, "city.csv", f"2016-01-01,{n},".encode(), f"2016-01-01,{n + 1},".encode())
    assert disclosure.verify(folder) == ()  # it bears the forger's public key: without the agency's own it looks sound
    with pytest.raises(ReleaseError, match="signature"):
        disclosure.read(folder, key=SECRET)


def test_a_rate_that_does_not_follow_is_refused(folder, release):
    """Somebody adds the rate of a hidden count."""
    row = next(line for line in (folder / "areas.csv").read_bytes().splitlines() if b",few," in line)
    parts = row.split(b",")
    parts[8] = b"3.4"
    forged(folder, "areas.csv", row, b",".join(parts))
    with pytest.raises(ReleaseError, match="do not follow from the published counts"):
        disclosure.read(folder)


def test_a_number_both_shown_and_hidden_is_refused(folder):
    forged(folder, "windows.csv", b"unmapped,", b"elsewhere,")
    forged(folder, "areas.csv", b",,suppressed,few,", b",4,suppressed,few,")
    with pytest.raises(ReleaseError, match="do not fit together"):
        disclosure.read(folder)


def test_another_librarys_parquet_says_the_same(folder):
    """Parquet differs in its bytes from version to version; what it says is compared."""
    old = (folder / "areas.parquet").read_bytes()
    table = pq.read_table(folder / "areas.parquet")
    pq.write_table(table, folder / "areas.parquet", compression="none")
    new = (folder / "areas.parquet").read_bytes()
    assert new != old
    forged(folder, "areas.parquet", new, new)
    assert disclosure.verify(folder) == ()
    people = table.column_names.index("population")
    pq.write_table(table.set_column(people, "population", [[1.0] * len(table)]), folder / "areas.parquet")
    changed = (folder / "areas.parquet").read_bytes()
    forged(folder, "areas.parquet", changed, changed)
    assert "areas.parquet holds figures that do not follow" in disclosure.verify(folder)[0]


def test_a_file_outside_the_folder_is_not_read(folder):
    manifest = json.loads((folder / "release.json").read_bytes())
    manifest["files"]["../other"] = ""
    (folder / "release.json").write_text(json.dumps(manifest))
    with pytest.raises(ReleaseError, match="is gone"):
        disclosure.read(folder)


def test_all_or_nothing(release, tmp_path, monkeypatch):
    out = tmp_path / "release"
    disclosure.write(release, out, key=SECRET)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    monkeypatch.setattr(bundle.checked_json, "flush", lambda path: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        disclosure.write(release, out, key=SECRET)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".tmp-")] == []


def test_a_folder_of_something_else_is_left_alone(release, tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(ReleaseError, match="is no release"):
        disclosure.write(release, tmp_path, key=SECRET)
    with pytest.raises(ReleaseError, match="is no release"):
        bundle.check_place(tmp_path / "letter.txt")


# --- the store --------------------------------------------------------------------------------------------------------------------


def test_publish_writes_the_ledger_once(stored, tmp_path, store):
    done = disclosure.publish(stored, "strict", tmp_path / "one", as_of="2026-01-15")
    again = disclosure.publish(stored, "strict", tmp_path / "two", as_of="2026-01-15")
    assert done.fingerprint == again.fingerprint == disclosure.fingerprint(tmp_path / "one")
    assert len(disclosure.releases(stored)) == 1
    key = store / stored / ledger.KEY
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert disclosure.read(tmp_path / "one", key=ledger.key(stored)).signed
    kept = disclosure.releases(stored)[0]
    assert kept.figures.equals(done.release.figures)
    assert kept.members.equals(done.release.members)


def test_the_ledger_keeps_what_was_said(stored, tmp_path):
    """Corrected records change nothing that is public."""
    first = disclosure.publish(stored, "strict", tmp_path / "one", as_of="2026-01-15")
    city = cities.load(stored)
    cities.publish(replace(city, incidents=Incidents(city.incidents.iloc[5:])))
    second = disclosure.publish(stored, "strict", tmp_path / "one", as_of="2026-01-15")
    assert first.fingerprint == second.fingerprint


def test_the_ledger_only_grows(stored, tmp_path, store):
    disclosure.publish(stored, "strict", tmp_path / "one", as_of="2020-03-01")
    disclosure.publish(stored, "strict", tmp_path / "one", as_of="2026-01-15")
    path = store / stored / ledger.FILE
    lines = path.read_text().splitlines()
    assert len(lines) == len(disclosure.releases(stored)) == 2
    for spoilt in (lines[1:], [lines[1], lines[0]], [lines[0].replace("few", "held", 1), lines[1]], ["{", lines[1]], ["[]"]):
        path.write_text("\n".join(spoilt) + "\n")
        with pytest.raises(LedgerError, match="was changed or cut"):
            disclosure.releases(stored)
        with pytest.raises(LedgerError):
            disclosure.publish(stored, "strict", tmp_path / "one", as_of="2026-01-15")


def test_a_release_that_fails_the_audit_is_refused(stored, tmp_path, monkeypatch, capsys):
    found = Findings((Leak("pinned", "areas, a001", "held back, yet it is 3", "areas, a002"),), 1, 1, 0, 0, 0.0)
    monkeypatch.setattr("hotspots.release.publishing.audit", lambda release, before, **_: found)
    with pytest.raises(RefusedError, match="give up areas, a002"):
        disclosure.publish(stored, "strict", tmp_path / "one")
    assert main(["publish", stored, "--out", str(tmp_path / "one")]) == 1
    assert "held back, yet it is 3" in capsys.readouterr().err
    assert not (tmp_path / "one").exists()
    assert disclosure.releases(stored) == []


# --- the command line -------------------------------------------------------------------------------------------------------------


def test_a_new_release_is_attacked_together_with_all_that_are_out(stored, tmp_path, monkeypatch):
    asked = []
    whole = publishing.audit
    monkeypatch.setattr(publishing, "audit", lambda release, before, **more: asked.append(list(before)) or whole(release, before, **more))
    for day in ("2020-03-01", "2021-03-01", "2026-01-15"):
        disclosure.publish(stored, "strict", tmp_path / "one", as_of=day)
    out = disclosure.releases(stored)
    assert [len(before) for before in asked] == [0, 1, 2]
    assert all(one.figures.equals(other.figures) for one, other in zip(asked[2], out, strict=False))


def test_commands(stored, tmp_path, capsys):
    out = tmp_path / "public"
    assert main(["publish", stored, "--out", str(out), "--as-of", "2026-01-15"]) == 0
    said = capsys.readouterr()
    assert "strict release of villa-prueba" in said.out
    assert "the audit leaves each open by at least 9" in said.err
    assert main(["publish", stored, "--profile", "strict", "--out", str(out), "--as-of", "2026-01-15", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["fingerprint"] == disclosure.fingerprint(out)
    assert told["narrowest"] >= 9
    for what in (str(out), stored):
        assert main(["audit", what]) == 0
        assert "nothing is given away" in capsys.readouterr().out
    assert main(["audit", stored, "--json", "--exact"]) == 0
    assert json.loads(capsys.readouterr().out)["pinned"] == 0
    assert main(["audit", "verify"]) == 0
    assert "1 release, unchanged" in capsys.readouterr().out
    assert main(["audit", "verify", "--json"]) == 0


def test_commands_that_are_refused(stored, tmp_path, capsys):
    assert main(["publish", stored, "--out", str(tmp_path / "x"), "--as-of", "soon"]) == 1
    assert "--as-of: 'soon' is not a day" in capsys.readouterr().err
    assert main(["audit", "nowhere"]) == 1
    assert "nothing was released" in capsys.readouterr().err
    city = cities.load(stored)
    release = disclosure.build(city, as_of="2026-01-15")
    figures = release.figures.copy()
    held = figures.index[(figures["table"] == "areas") & (figures["reason"] == "few")][0]
    figures.loc[held, ["count", "reason"]] = [4.0, ""]
    disclosure.write(replace(release, figures=figures), tmp_path / "bad", key=b"")
    assert main(["audit", str(tmp_path / "bad")]) == 1
    assert "give up" in capsys.readouterr().err
    assert store.StoreError


def test_the_bundled_country_is_republished(store, tmp_path):
    cities.import_folder(settings.cities_folder() / "el-salvador")
    done = disclosure.publish("el-salvador", "strict", tmp_path / "public")
    city = cities.load("el-salvador")
    again = disclosure.read(tmp_path / "public")
    assert again.area_counts()["count"].equals(city.totals["count"].reset_index(drop=True))
    assert again.area_counts()["source"].tolist() == city.totals["source"].tolist()
    assert again.as_city().start == city.start
    assert done.findings.hidden == 0
    assert disclosure.publish("el-salvador", "strict", tmp_path / "public").fingerprint == done.fingerprint
