"""Defects that somebody could make in the parts that protect people, as rows: each must be seen by one of the tests that it names.

A row says which text of which file becomes which other, and what the program would then do. The text must stand in the file exactly once:
`tests/test_defects.py` holds that, so that a row cannot go out of date in silence. `make defects` puts each into a copy of the project.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Defect:
    """In the file `path` the text `old` becomes `new`: what that `means`, in which `part`, and which tests are expected to see it."""

    part: str
    means: str
    path: str
    old: str
    new: str
    tests: tuple[str, ...]

    @property
    def name(self) -> str:
        """What it means."""
        return self.means

    def applied(self, source: str) -> str:
        """Return the text of the file with the defect; a `ValueError` where `old` does not stand in it exactly once."""
        if source.count(self.old) != 1:
            raise ValueError(f"{self.path} has {source.count(self.old)} times, not once: {self.old!r}")
        return source.replace(self.old, self.new)


# Nothing changes: must survive all tests that are named below for its file, or the machinery calls sound code faulty.
NOTHING = Defect(
    "",
    "nothing at all",
    "hotspots/release/profiles.py",
    "FEWER_THAN = 10  # a count",
    "FEWER_THAN = 10  # each count",
    ("tests/test_disclosure_audit.py::test_the_limits_are_where_the_rules_put_them", "tests/test_disclosure.py::test_by_hand"),
)

DEFECTS: tuple[Defect, ...] = (
    # --- what may be published ---
    Defect(
        "release",
        "numbers from 9 on are shown, not from 10",
        "hotspots/release/profiles.py",
        "FEWER_THAN = 10  #",
        "FEWER_THAN = 9  #",
        ("tests/test_disclosure.py::test_by_hand", "tests/test_disclosure_audit.py::test_the_limits_are_where_the_rules_put_them"),
    ),
    Defect(
        "release",
        "a hidden number that lies between two values passes; only one that is known exactly is found",
        "hotspots/release/examination.py",
        "        if high - low < WIDTH:\n",
        "        if high == low:\n",
        (
            "tests/test_disclosure_audit.py::test_the_limits_are_where_the_rules_put_them",
            "tests/test_disclosure_audit.py::test_a_leak_is_flagged",
        ),
    ),
    Defect(
        "release",
        "the audit does not ask whether a number that is out was changed",
        "hotspots/release/examination.py",
        "rules.broken(release) + rules.changed(release, past) + rules",
        "rules.broken(release) + rules",
        ("tests/test_disclosure_audit.py::test_a_changed_number_is_flagged", "tests/test_disclosure_audit.py::test_a_leak_is_flagged"),
    ),
    Defect(
        "release",
        "numbers that differ by 1 to 9 may stand beside one another",
        "hotspots/release/examination.py",
        "found += more + ([] if release.profile.exact else nested(known))",
        "found += more",
        ("tests/test_disclosure_audit.py::test_an_audit_tells_of_numbers_that_differ_by_a_few",),
    ),
    Defect(
        "release",
        "whoever knows the method can repeat the lot, for it is drawn without the secret",
        "hotspots/release/protection.py",
        "hmac.digest(secret, text.encode(), hashlib.sha256)",
        'hmac.digest(b"", text.encode(), hashlib.sha256)',
        ("tests/test_disclosure.py::test_the_lot_depends_on_the_secret_alone", "tests/test_beside.py::test_another_lot_is_refused"),
    ),
    Defect(
        "release",
        "those whom the agency withholds are counted in public figures",
        "hotspots/release/making.py",
        "incidents = figures.kept(city.incidents)",
        "incidents = city.incidents",
        ("tests/test_disclosure_files.py::test_one_withheld_incident_changes_no_byte",),
    ),
    Defect(
        "release",
        "the newest month is published before it is complete",
        "hotspots/release/profiles.py",
        "pd.DateOffset(months=profile.lag)",
        "pd.DateOffset(months=0)",
        ("tests/test_disclosure.py::test_a_full_month_passes_before_anything_is_published",),
    ),
    Defect(
        "release",
        "the months of a year are told although all who were killed in it were killed in one area",
        "hotspots/release/figures.py",
        "study.victims in (months.max(), _by_area(counted, study).max())",
        "study.victims in (months.max(),)",
        ("tests/test_disclosure.py::test_months_are_open_where_they_tell_nothing_of_one_area",),
    ),
    Defect(
        "release",
        "counts that nobody called public go out as they are",
        "hotspots/release/republishing.py",
        "city.totals if already_public else AreaCounts(",
        "city.totals if True else AreaCounts(",
        ("tests/test_totals_made_public.py::test_internal_counts_are_refused",),
    ),
    Defect(
        "release",
        "a new release is not attacked together with those that are out",
        "hotspots/release/publishing.py",
        "findings = audit(release, before, progress",
        "findings = audit(release, (), progress",
        ("tests/test_disclosure_files.py::test_a_new_release_is_attacked_together_with_all_that_are_out",),
    ),
    Defect(
        "release",
        "what lies in the folder and beside it is looked at and does not count",
        "hotspots/release/publishing.py",
        "found=(*findings.found, *weakened(release, there, before=before))",
        "found=findings.found",
        ("tests/test_beside.py::test_publishing_looks_at_the_folder", "tests/test_beside.py::test_two_cities_of_the_same_deaths_are_told"),
    ),
    Defect(
        "release",
        "a release is refused only where a number is known exactly, whatever else the audit found",
        "hotspots/release/publishing.py",
        "        if not findings.passed:\n",
        "        if findings.pinned:\n",
        (
            "tests/test_beside.py::test_publishing_looks_at_the_folder",
            "tests/test_disclosure_files.py::test_a_release_that_fails_the_audit_is_refused",
        ),
    ),
    # --- whose release it is ---
    Defect(
        "signature",
        "a release that was changed after it was signed opens",
        "hotspots/release/bundle.py",
        'if "public_key" in manifest and not signing.holds',
        'if "public_key" not in manifest and not signing.holds',
        ("tests/test_disclosure_files.py::test_anybody_can_check_who_signed",),
    ),
    Defect(
        "signature",
        "a file of a release is read whatever was done to it",
        "hotspots/release/bundle.py",
        "if hashlib.sha256(content).hexdigest() != wanted:",
        "if not content:",
        ("tests/test_disclosure_files.py::test_a_changed_or_lost_file",),
    ),
    Defect(
        "signature",
        "the list of releases is not chained: lines can change places",
        "hotspots/release/ledger.py",
        "hashlib.sha256((last + text).encode()).hexdigest()",
        "hashlib.sha256(text.encode()).hexdigest()",
        ("tests/test_disclosure_files.py::test_the_ledger_only_grows",),
    ),
    Defect(
        "signature",
        "a list of releases that was cut or deleted is taken as it is",
        "hotspots/release/ledger.py",
        "    _check_anchor(slug, noted, good)\n    return",
        "    return",
        ("tests/test_release_survives.py::test_a_list_that_was_cut_or_deleted_is_noticed",),
    ),
    # --- text that is no program ---
    Defect(
        "escape",
        "a text can end the attribute that it stands in",
        "hotspots/words/escape.py",
        "html.escape(str(text), quote=True)",
        "html.escape(str(text), quote=False)",
        (
            "tests/test_exports.py::test_escaped_text_has_no_live_character",
            "tests/test_payloads.py::test_the_escapes_leave_nothing_that_could_run",
        ),
    ),
    Defect(
        "escape",
        "a value of the data becomes part of a page's markup",
        "hotspots/drawing/charts/rows.py",
        "named=name == named)}>{safe_html(str(value))}</td>",
        "named=name == named)}>{value}</td>",
        ("tests/test_one_escape.py::test_every_text_with_a_tag_is_made_of_what_was_escaped",),
    ),
    Defect(
        "escape",
        "a text becomes markup in the reader's browser",
        "hotspots/dashboard/map_component/frontend/parts.js",
        "made.textContent = text;",
        "made.innerHTML = text;",
        ("tests/test_one_escape.py::test_no_script_of_ours_makes_markup_of_a_text",),
    ),
    Defect(
        "escape",
        "a cell of a table starts a formula in a spreadsheet",
        "hotspots/drawing/exports.py",
        'data.assign(**{name: data[name].map(safe_cell, na_action="ignore") for name in text})',
        "data",
        ("tests/test_exports.py::test_no_cell_of_a_table_runs_as_a_formula",),
    ),
    Defect(
        "escape",
        "a name that the provider of the sign-in gives formats the page",
        "hotspots/dashboard/restricted/admission.py",
        "who=safe_markdown(found.who), role",
        "who=found.who, role",
        ("tests/test_access.py::test_the_name_of_who_signed_in_is_shown_letter_by_letter",),
    ),
    # --- nothing lost, nothing stale ---
    Defect(
        "store",
        "a file is moved into its place before it is on the disk",
        "hotspots/store/whole.py",
        "            file.flush()\n            os.fsync(file.fileno())\n",
        "            file.flush()\n",
        ("tests/test_flushed.py",),
    ),
    Defect(
        "store",
        "the pointer to the version served is written over, and a reader can see half of it",
        "hotspots/store/folder.py",
        "        os.replace(temporary, city / _POINTER)\n",
        "        (city / _POINTER).write_bytes(pointer)\n",
        (
            "tests/test_store.py::test_a_failure_at_any_step_leaves_the_old_version_served",
            "tests/test_store.py::test_readers_beside_a_writer_see_whole_versions_only",
        ),
    ),
    Defect(
        "store",
        "two imports of a city run at once",
        "hotspots/store/locks.py",
        "fcntl.LOCK_EX | fcntl.LOCK_NB",
        "fcntl.LOCK_SH | fcntl.LOCK_NB",
        ("tests/test_store.py::test_the_second_writer_is_told_who_and_since_when",),
    ),
    Defect(
        "store",
        "roll-back serves a version that is damaged",
        "hotspots/store/version.py",
        "        version = current(slug, number)\n        faults = verify(version)\n",
        "        version = current(slug, number)\n        faults = ()\n",
        ("tests/test_store.py::test_going_back_passes_over_damage", "tests/test_store.py::test_going_back_moves_the_pointer_only"),
    ),
    Defect(
        "store",
        "a file of a version is read whatever became of it",
        "hotspots/store/version.py",
        'if hashlib.sha256(raw).hexdigest() != version.manifest["files"][name]["sha256"]:',
        "if not raw:",
        ("tests/test_store.py::test_any_flipped_byte_is_seen",),
    ),
    Defect(
        "store",
        "pages know the data by the version's number, which a copy that was put back hands out again",
        "hotspots/dashboard/restricted/cached.py",
        "def _city(slug: str, version: int, content: str) -> City:\n",
        "def _city(slug: str, version: int, _content: str) -> City:\n    content = _content\n",
        ("tests/test_health.py::test_after_a_copy_is_put_back_a_number_that_comes_again_shows_its_new_data",),
    ),
    Defect(
        "store",
        "an event that was erased stays in the versions before the one served",
        "hotspots/store/erasing.py",
        "for number in versions(slug) if _rewritten",
        "for number in versions(slug)[-1:] if _rewritten",
        ("tests/test_erasure.py::test_an_event_is_gone_from_every_version_and_the_rest_stays",),
    ),
    # --- who may see what ---
    Defect(
        "access",
        "what a role may not see is answered to whoever is let in",
        "hotspots/dashboard/restricted/cached.py",
        "admission.demand(question.needs)",
        "admission.current()",
        ("tests/test_access.py::test_a_question_is_refused_before_an_answer_is_looked_up",),
    ),
    Defect(
        "access",
        "a sign-in with which nothing is done never ends",
        "hotspots/dashboard/restricted/admission.py",
        "now - one.seen > idle or now - one.began > longest",
        "now - one.began > longest",
        ("tests/test_access.py::test_a_sign_in_ends_when_nothing_is_done_and_stays_ended",),
    ),
    Defect(
        "access",
        "who may see one city sees all by their addresses",
        "hotspots/dashboard/restricted/cached.py",
        "    if not access.sees(chosen.city):\n",
        "    if not chosen.city:\n",
        ("tests/test_access.py::test_a_city_that_somebody_may_not_see_is_refused_whoever_asks_for_it",),
    ),
    Defect(
        "access",
        "what is taken away from somebody holds until the server is started again",
        "hotspots/agency/access.py",
        "_as_it_was(path, seen.st_mtime_ns, seen.st_size, seen.st_ino)",
        "_as_it_was(path, 0, 0, 0)",
        ("tests/test_access.py::test_what_is_taken_away_is_gone_at_the_next_look",),
    ),
    Defect(
        "access",
        "an address that the provider has not verified opens the door",
        "hotspots/agency/access.py",
        'claims.get("email_verified") is False',
        'claims.get("email") is False',
        ("tests/test_access.py::test_an_address_that_nobody_verified_is_nobodys",),
    ),
    Defect(
        "access",
        "files of the server are given to who has not signed in",
        "hotspots/dashboard/door.py",
        'OPEN.match(scope["path"].removeprefix(below())) or _signed(scope)',
        "True",
        ("tests/test_door.py::test_below_another_path_only_the_way_in_is_open",),
    ),
    # --- the record ---
    Defect(
        "record",
        "a file is given and nobody writes it down",
        "hotspots/dashboard/restricted/admission.py",
        '            note("file", file_name)\n',
        "",
        ("tests/test_access.py::test_a_file_is_made_for_who_was_at_the_page_and_written_down",),
    ),
    Defect(
        "record",
        "lines of the record are not bound to those before: one can be left out",
        "hotspots/store/record.py",
        'f"{last}\\n{text}".encode()',
        "text.encode()",
        ("tests/test_record.py::test_two_hundred_random_tamperings_are_found",),
    ),
    # --- the server ---
    Defect(
        "server",
        "no host is named by which the restricted edition may be called",
        "hotspots/dashboard/door.py",
        'config.set_option("server.allowedHosts", list(NAMES))',
        'config.set_option("server.allowedHosts", [])',
        ("tests/test_door.py::test_whatever_hosts_a_setting_names_the_restricted_edition_answers_by_its_own",),
    ),
    Defect(
        "server",
        "pages come without a content policy",
        "hotspots/dashboard/headers.py",
        '{**ALWAYS, "Content-Security-Policy": "; ".join(f"{name} {allowed}" for name, allowed in policy.items())}',
        "{**ALWAYS}",
        ("tests/test_door.py::test_an_answer_keeps_what_it_says_itself_and_gets_the_rest",),
    ),
    Defect(
        "server",
        "a page of another site can call the server by a name of its own",
        "hotspots/dashboard/door.py",
        "(_reached_here(scope) and _calls_us(scope))",
        "_reached_here(scope)",
        (
            "tests/test_door.py::test_started_by_another_server_it_answers_nobody_from_outside",
            "tests/test_door.py::test_it_answers_this_machine_by_its_own_name_only",
        ),
    ),
    Defect(
        "server",
        "the public edition reads the store",
        "hotspots/settings.py",
        '    if edition() == "public":\n',
        '    if edition() == "":\n',
        ("tests/test_public.py::test_the_store_refuses_in_the_public_edition",),
    ),
    # --- files of others ---
    Defect(
        "isolation",
        "the process that reads a file has no limits of memory, time and disk",
        "hotspots/readers/isolation/confinement.py",
        "    _limit(most)\n    _cut_off()",
        "    _cut_off()",
        ("tests/test_isolation.py::test_what_takes_too_much_or_breaks_is_ended_and_says_why",),
    ),
    Defect(
        "isolation",
        "the process that reads a file may start programs",
        "hotspots/readers/isolation/confinement.py",
        "        _filter(libc)\n",
        "",
        ("tests/test_isolation.py::test_it_has_no_network_and_starts_no_programs",),
    ),
    Defect(
        "isolation",
        "city.toml names a file anywhere on the machine, and it is read",
        "hotspots/readers/cityfile/checking.py",
        "not whole.is_relative_to(self.folder.resolve()) and whole",
        "False and whole",
        ("tests/test_cities.py::test_files_lie_in_the_folder_unless_a_person_names_them",),
    ),
    Defect(
        "isolation",
        "the process that reads a file is told the password of the database",
        "hotspots/readers/isolation/running.py",
        "name.startswith(SETTINGS) and not is_database(value)}",
        "name.startswith(SETTINGS)}",
        ("tests/test_isolation.py::test_the_settings_of_the_moment_hold_there_too",),
    ),
)
