"""Dates: every form that is read, every doubt that is asked, and what a clock and an offset mean."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotspots.readers.columns.dates import Dates, read_dates
from hotspots.store.schema import DataError


def dates(*texts: str, **choices: object) -> Dates:
    return read_dates(pd.Series(list(texts), dtype="str"), **choices)  # type: ignore[arg-type]


def shown(read: Dates) -> list[str]:
    return read.date.dt.strftime("%Y-%m-%d %H:%M").fillna("-").tolist()


def codes(read: Dates) -> dict[str, int]:
    return {row.code: int(row.where.sum()) for row in read.remarks}


FORMS = {
    "ISO": ("2018-03-04", "2018-03-04 00:00"),
    "ISO with slashes": ("2018/3/4", "2018-03-04 00:00"),
    "ISO with dots": ("2018.03.04", "2018-03-04 00:00"),
    "compact": ("20180304", "2018-03-04 00:00"),
    "a T between": ("2018-03-04T21:05:10.123", "2018-03-04 21:05"),
    "Z": ("2018-03-04T21:05:10Z", "2018-03-04 21:05"),
    "an offset": ("2018-03-04 21:05:10-06:00", "2018-03-04 21:05"),
    "an offset of hours": ("2018-03-04 21:05-06", "2018-03-04 21:05"),
    "an offset without a colon": ("2018-03-04 21:05:10 +0530", "2018-03-04 21:05"),
    "day first": ("25/03/2018", "2018-03-25 00:00"),
    "day first with dots": ("25.3.2018 7:05", "2018-03-25 07:05"),
    "month first": ("3/25/2018", "2018-03-25 00:00"),
    "month first, afternoon": ("03/25/2018 03:10:00 PM", "2018-03-25 15:10"),
    "midnight by AM": ("03/25/2018 12:10 AM", "2018-03-25 00:10"),
    "noon by PM": ("03/25/2018 12:10 PM", "2018-03-25 12:10"),
    "Spanish afternoon": ("25/03/2018 03:10 p. m.", "2018-03-25 15:10"),
    "a narrow space": ("25/03/2018\u202f03:10\u202fPM", "2018-03-25 15:10"),
    "a named month": ("4 March 2018", "2018-03-04 00:00"),
    "a short month": ("04-Mar-2018 21:05", "2018-03-04 21:05"),
    "American words": ("March 4, 2018", "2018-03-04 00:00"),
    "an ordinal": ("4th March 2018", "2018-03-04 00:00"),
    "Spanish words": ("4 de marzo de 2018", "2018-03-04 00:00"),
    "Spanish January": ("4-ene-2018", "2018-01-04 00:00"),
    "spaces around": ("  2018-03-04  21:05 ", "2018-03-04 21:05"),
    "the same either way": ("05/05/2018", "2018-05-05 00:00"),
    "a leap day": ("29/02/2020", "2020-02-29 00:00"),
}


@pytest.mark.cases(8)
@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_worked_out(name: str) -> None:
    text, expected = FORMS[name]
    read = dates(text)
    assert shown(read) == [expected]
    assert (read.hour.tolist() == [int(expected[11:13])]) if ":" in text else read.hour.isna().all()


def test_one_clear_value_settles_the_order_of_all() -> None:
    assert shown(dates("03/04/2018", "25/04/2018")) == ["2018-04-03 00:00", "2018-04-25 00:00"]
    assert shown(dates("03/04/2018", "04/25/2018")) == ["2018-03-04 00:00", "2018-04-25 00:00"]


def test_an_order_that_the_values_do_not_tell_is_asked_with_examples_and_the_line() -> None:
    with pytest.raises(DataError) as caught:
        dates("03/04/2018 10:15", "01/02/2018 11:00", "07/06/2018 09:30", "05/05/2018 09:30")
    words = str(caught.value)
    assert "'03/04/2018 10:15' is 3 April 2018 or 4 March 2018" in words
    assert "'07/06/2018 09:30' is 7 June 2018 or 6 July 2018" in words
    assert 'date_format = "%d/%m/%Y %H:%M" if the day comes first, date_format = "%m/%d/%Y %H:%M" if the month comes first' in words


@pytest.mark.parametrize(("form", "expected"), [("%d/%m/%Y %H:%M", "2018-04-03 10:15"), ("%m/%d/%Y %H:%M", "2018-03-04 10:15")])
def test_the_line_that_was_asked_for_settles_it(form: str, expected: str) -> None:
    assert shown(dates("03/04/2018 10:15", date_format=form)) == [expected]


def test_orders_that_are_mixed_are_asked() -> None:
    with pytest.raises(DataError, match="are mixed: 1 put the day first and 1 the month"):
        dates("25/03/2018", "03/26/2018", "01/02/2018")


def test_a_single_slip_among_many_clear_values_is_rejected_not_turned_round() -> None:
    clear = [f"{13 + i % 15}/{1 + i // 15:02d}/2018" for i in range(180)]
    read = dates(*clear, "03/26/2018", "01/02/2018")
    assert codes(read) == {"impossible_date": 1}
    assert shown(read)[-1] == "2018-02-01 00:00"


@pytest.mark.parametrize("text", ["9/22/08 23:24", "22-09-08", "4-Mar-18"])
def test_years_of_two_digits_are_asked(text: str) -> None:
    with pytest.raises(DataError, match="year of two digits"):
        dates(text, text)


def test_years_of_two_digits_are_read_with_a_format() -> None:
    assert shown(dates("9/22/08 23:24", "1/2/03 1:05", date_format="%m/%d/%y %H:%M")) == ["2008-09-22 23:24", "2003-01-02 01:05"]


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["43537", "43538.5"], "serial numbers of a spreadsheet"),
        (["spring", "autumn"], "cannot be read as dates"),
    ],
)
def test_what_is_no_date_at_all_is_refused_with_advice(texts: list[str], words: str) -> None:
    with pytest.raises(DataError, match=words):
        dates(*texts)


def test_a_format_that_does_not_fit_is_refused_and_one_misfit_is_rejected() -> None:
    with pytest.raises(DataError, match=r"2 of 2 values of 'date' do not have the form"):
        dates("2018-03-04", "2018-03-05", date_format="%d/%m/%Y")
    with pytest.raises(DataError, match="is not a form of date"):
        dates("2018-03-04", date_format="%d/%Q")
    assert codes(dates("04/03/2018", "05/03/2018", "x", date_format="%d/%m/%Y")) == {"impossible_date": 1}


def test_a_declared_format_reads_past_the_offset() -> None:
    read = dates("04/03/2018 21:05 +00:00", date_format="%d/%m/%Y %H:%M")
    assert shown(read) == ["2018-03-04 21:05"]
    assert shown(dates("04/03/2018 21:05 +00:00", date_format="%d/%m/%Y %H:%M %z")) == ["2018-03-04 21:05"]


# The clock. 02:30 UTC on 13 March is 20:30 on the 12th in El Salvador, six hours behind all year.


def test_local_keeps_the_clock_and_says_that_an_offset_was_left_out() -> None:
    read = dates("2019-03-13 02:30:00+00:00", timezone="America/El_Salvador")
    assert shown(read) == ["2019-03-13 02:30"]
    assert codes(read) == {"offset_dropped": 1}


def test_utc_is_moved_to_the_citys_zone() -> None:
    for texts in ("2019-03-13 02:30", "2019-03-13 02:30:00+00:00", "2019-03-12 21:30:00-05:00"):
        read = dates(texts, date_zone="UTC", timezone="America/El_Salvador")
        assert shown(read) == ["2019-03-12 20:30"]
        assert read.hour.tolist() == [20]
        assert codes(read) == {"zone_converted": 1}


def test_a_named_zone_is_moved_and_a_date_without_a_clock_stays() -> None:
    read = dates("2019-03-13 02:30", "2019-03-13", date_zone="America/New_York", timezone="America/El_Salvador")
    assert shown(read) == ["2019-03-13 00:30", "2019-03-13 00:00"]  # New York is four hours behind UTC in March: 06:30 UTC
    assert read.hour.isna().tolist() == [False, True]


def test_the_hour_that_a_change_of_clocks_skips_or_repeats_is_read() -> None:
    read = dates("2019-03-10 02:30", "2019-11-03 01:30", date_zone="America/New_York", timezone="America/New_York")
    assert shown(read) == ["2019-03-10 03:00", "2019-11-03 01:30"]


def test_a_clock_that_always_says_midnight_is_no_clock() -> None:
    read = dates("2018-03-04 00:00:00", "2018-03-05 00:00:00")
    assert read.hour.isna().all()
    assert codes(read) == {"no_clock": 2}
    assert dates("2018-03-04 00:00:00", "2018-03-05 10:00:00").hour.tolist() == [0, 10]


def test_a_time_column_gives_the_hour() -> None:
    read = dates(
        *["2018-03-04 00:00:00"] * 8, times=pd.Series(["23:15", "930", "2330", "7", "11:05 PM", "", "25:00", "1899-12-30 04:05:00"])
    )
    assert read.hour.fillna(-1).tolist() == [23, 9, 23, 7, 23, -1, -1, 4]
    assert codes(read) == {"bad_time": 1}
    assert shown(read)[0] == "2018-03-04 23:15"


RANGES = {  # texts of times, and the hours that they are known to be in; -1: not known
    "to the last minute": (["18:00 a 18:59", "18:00:00 - 20:59:59", "00:00 - 00:59"], [18, -1, 0]),
    "to a full hour": (["18:00 - 19:00", "18:30 - 19:30", "23:00 - 00:00", "23:00 a 24:00"], [18, -1, 23, 23]),
    "hours with a letter": (["18h-19h", "19h-20h", "20 h a 22 h"], [18, 19, -1]),
    "hours alone that go on": (["18-19", "19-20", "0 a 1"], [18, 19, 0]),
    "hours alone that may be two": (["18-19", "20-21", "22-23"], [-1, -1, -1]),
    "halves of a day": (["6:00 p. m. a 6:59 p. m.", "6:00 PM - 9:00 PM", "12:00 AM to 12:59 AM"], [18, -1, 0]),
    "in words": (["entre las 18:00 y las 18:59", "de 06:00 a 12:00", "Das 18:00 às 18:59"], [18, -1, 18]),
    "a day and a moment": (["00:00 - 23:59", "00:00 - 00:00", "18:15 - 18:15"], [-1, -1, 18]),
    "no ranges": (["18:20", "noche", "1899-12-30 04:05:00"], [18, -1, 4]),
}


@pytest.mark.cases(4)
@pytest.mark.parametrize("name", RANGES)
def test_a_range_of_clocks_is_an_hour_where_it_lies_in_one(name: str) -> None:
    texts, hours = RANGES[name]
    read = dates(*[f"2018-03-{day:02d}" for day in range(4, 4 + len(texts))], times=pd.Series(texts))
    assert read.hour.fillna(-1).tolist() == hours
    assert codes(read).get("wide_time", 0) + codes(read).get("bad_time", 0) == hours.count(-1)
    assert shown(read)[0][:10] == "2018-03-04"


def test_a_range_of_clocks_behind_a_date_keeps_the_day() -> None:
    read = dates("05/13/2023 18:00 - 18:59", "05/14/2023 18:00 a 23:59", "05/15/2023 07:10")
    assert read.hour.fillna(-1).tolist() == [18, -1, 7]
    assert [day[:10] for day in shown(read)] == ["2023-05-13", "2023-05-14", "2023-05-15"]
    assert codes(read) == {"hour_range": 1, "wide_time": 1}
    assert shown(dates("2023-05-13 21:05 -06:00", "2023-05-13 21:05-06:00")) == ["2023-05-13 21:05"] * 2  # offsets are no ranges


@pytest.mark.parametrize("form", ["", "%Y-%m-%d %H:%M"])
def test_the_end_of_a_day_is_the_beginning_of_the_next(form: str) -> None:
    days = ["2023-01-31", "2023-12-31", "2024-02-28"]
    expected = ["2023-02-01 00:00", "2024-01-01 00:00", "2024-02-29 00:00", "2023-01-31 23:59"]
    joint = dates(*[f"{day} 24:00" for day in days], "2023-01-31 23:59", date_format=form)
    beside = dates(*days, "2023-01-31", times=pd.Series(["24:00", "2400", "24:00:00", "23:59"]))
    for read in (joint, beside):
        assert shown(read) == expected
        assert read.hour.tolist() == [0, 0, 0, 23]
        (said,) = read.remarks
        assert (said.code, int(said.where.sum()), said.text.values["months"]) == ("end_of_day", 3, "2")


def test_the_end_of_a_day_in_many_rows_stands_for_no_hour() -> None:
    texts = [f"2023-01-{1 + number % 28:02d} {'24:00' if number % 5 == 0 else '10:15'}" for number in range(100)]
    read = dates(*texts)
    assert [day[:10] for day in shown(read)] == [text[:10] for text in texts]
    assert int(read.hour.isna().sum()) == 20
    assert "end_of_day" in codes(read)


def test_rows_without_a_usable_date_are_rejected_each_for_one_reason() -> None:
    read = dates("2018-03-04", "", "2018-02-30", "1899-12-31", "2999-01-01", "2018-03-05", "2018-03-06")
    assert codes(read) == {"no_date": 1, "impossible_date": 1, "early_date": 1, "future_date": 1}
    assert read.date.isna().tolist() == [False, True, True, True, True, False, False]


def days_from(year: int) -> st.SearchStrategy[list[pd.Timestamp]]:
    """Draw days of 18 years: one that lies decades from all others would be left out."""
    return st.lists(st.datetimes(datetime(year, 1, 2), datetime(year + 18, 12, 31)), min_size=1, max_size=20)


@pytest.mark.walk
@given(
    st.integers(1901, 2007).flatmap(days_from),
    st.sampled_from(["%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M", "%m/%d/%Y %I:%M %p", "%d %B %Y, %H:%M", "%Y%m%dT%H:%M"]),
)
def test_a_written_date_is_read_back_or_asked_about(days: list[pd.Timestamp], form: str) -> None:
    expected = [day.strftime("%Y-%m-%d %H:%M") for day in days]
    texts = [day.strftime(form) for day in days]
    assert shown(dates(*texts, date_format=form)) == expected
    try:
        read = dates(*texts)
    except DataError as error:
        assert "could have the day or the month first" in str(error)  # noqa: PT017
        return
    assert shown(read) == expected


@given(
    st.lists(st.one_of(st.text(max_size=20), st.text("0123456789/-.: TZ+apm٣", max_size=20)), min_size=1, max_size=8),
    st.sampled_from(["local", "UTC"]),
)
def test_any_text_is_read_or_refused_in_words(texts: list[str], zone: str) -> None:
    anchors = ["2018-03-04 10:15", "2018-03-05 11:15"]
    try:
        read = dates(*anchors, *texts, date_zone=zone, timezone="America/Bogota", times=pd.Series(["10:15", "11:15", *texts]))
    except DataError:
        return
    rejected = sum(row.where.astype(int) for row in read.remarks if row.outcome == "rejected")
    assert (read.date.isna() == (pd.Series(rejected, index=read.date.index) == 1)).all()  # one reason each, and only then
    assert read.hour.dropna().between(0, 23).all()
