// The map by keyboard: from place to place in the direction pressed, and through the places that have a number.

import { WAYS, middleOf, nextUnit } from "./ways.js";

// What the map does with keys; part of `CityMap`.
export const KEYBOARD = {
  watchKeys() {
    const { ground } = this.frame;
    ground.addEventListener("keydown", (event) => {
      if (!this.shown || event.target !== ground) return;
      const used = this.drawing.active ? this.drawByKey(event) : this.goByKey(event);
      if (!used) return;
      event.preventDefault();
      event.stopPropagation();
    });
    ground.addEventListener("blur", () => {
      this.box.classList.remove("keys", "pointed");
      if (this.byKeys) this.hover(-1);
      this.byKeys = false;
    });
    this.map.on("moveend", () => this.drawing.active && this.byKeys && this.drawing.move(this.map.getCenter()));
  },

  // While a place is drawn the middle of the map, marked by a cross, is the pen: arrows move the map beneath it.
  drawByKey({ key }) {
    this.byKeys = true;
    this.box.classList.add("keys");
    if (key === "Enter" || key === " ") this.drawing.add(this.map.getCenter());
    else if (key === "Backspace") this.drawing.undo();
    else if (key === "Escape") this.drawing.stop();
    else return false;
    return true;
  },

  goByKey({ key, shiftKey }) {
    if (key === "Escape") {
      this.hover(-1);
      this.choose("");
    } else if (key in WAYS && !shiftKey) this.go(WAYS[key]);
    else if (key === "n" || key === "N") this.goToNumber();
    else if (key === "Enter" || key === " ") {
      if (this.hovered < 0) this.go(null);
      else this.choose(this.shown.geometry.ids[this.hovered]);
    } else return false;
    return true;
  },

  // Go to the next place in a direction; the first press tells the place in the middle, or the one that is chosen.
  go(way) {
    const { geometry, head } = this.shown;
    const chosen = geometry.index?.get(head.selected) ?? -1;
    let from = this.byKeys && this.hovered >= 0 ? this.hovered : chosen >= 0 ? chosen : this.nearMiddle();
    if (from < 0) return;
    if (way && this.byKeys) {
      const next = nextUnit(geometry, from, way);
      if (next >= 0) from = next;
    }
    this.standOn(from);
  },

  nearMiddle() {
    const middle = this.map.getSize().divideBy(2).round();
    let unit = this.unitAt(middle);
    for (let step = 0; unit < 0 && step < 48; step += 1) {
      const reach = 7 * (1 + Math.floor(step / 8)) ** 1.5;
      const turn = (step * Math.PI) / 4;
      unit = this.unitAt(middle.add([reach * Math.cos(turn), reach * Math.sin(turn)]));
    }
    return unit;
  },

  // Point at a unit without a pointer, keep it in sight, and say it aloud with what lies beside it.
  standOn(unit, before = "") {
    this.byKeys = true;
    this.box.classList.remove("pointed");
    const [x, y] = middleOf(this.shown.geometry, unit);
    const place = this.map.unproject([x, y], 0);
    this.map.panInside(place, { padding: [90, 90], animate: false });
    this.hover(unit, this.map.latLngToContainerPoint(place), true);
    if (before) this.frame.live.textContent = `${before}: ${this.frame.live.textContent}`;
  },

  // The walk through the hot places: each press of N goes to the next one that has a number.
  goToNumber() {
    const { values } = this.shown;
    const listed = values.outlines.filter(({ number }) => number);
    if (!listed.length) return;
    this.walked = ((this.walked ?? -1) + 1) % listed.length;
    const { at, number } = listed[this.walked];
    const unit = this.unitOn(...at);
    const said = values.words.number_of.replace("{n}", number).replace("{all}", String(listed.length));
    if (unit >= 0) this.standOn(unit, said);
  },
};
