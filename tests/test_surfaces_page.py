"""The surfaces of the map page: off until asked for, in the address, each with its note."""

from __future__ import annotations

import pytest
from opened import asked, open_page, text


def surface_of(app) -> str:
    return next(radio for radio in app.radio if radio.key == "choice_surface").value


def test_off_until_asked_for_then_in_the_address(city):
    app = open_page(lang="en")
    assert surface_of(app) == "none"
    assert "surface" not in asked(app)
    app.radio(key="choice_surface").set_value("residents").run()
    assert asked(app)["layer"] == "residents"
    assert int(asked(app)["surface"]) > 0
    assert "Divides smoothed homicides by smoothed residents" in text(app)
    app.radio(key="choice_surface").set_value("none").run()
    assert not {"surface", "layer"} & set(asked(app))


@pytest.mark.parametrize(("layer", "shown"), [("", ""), ("residents", "residents"), ("streets", "none"), ("nonsense", "")])
def test_a_surface_from_the_address(city, layer, shown):
    app = open_page(lang="es", surface="730", **({"layer": layer} if layer else {}))
    assert not app.exception
    assert surface_of(app) == shown  # without streets there is nothing to show along them
    if shown != "none":
        slider = next(one for one in app.select_slider if one.key == "choice_bandwidth")
        assert slider.value == 730
        assert "Las reglas difieren" in text(app)


def test_why_there_is_nothing_along_streets(city):
    assert "no streets are loaded for this city" in text(open_page(lang="en"))
