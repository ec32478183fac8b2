// The map by keyboard: from place to place in the direction pressed, and through the places that have a number.

import { WAYS, middleOf, nextUnit } from "./ways.js";

const WHILE = 20000; // milliseconds in which a map drawn anew for a choice by key takes the focus that the old one had
let held = null; // the map on which a place was chosen by key, and what was said of it; until another key or a pointer is used

document.addEventListener("pointerdown", () => { held = null; }, true);
document.addEventListener("keydown", ({ key }) => {
  const between = held && key === "Escape" && document.activeElement === document.body; // the old map is gone, the new one not there yet
  if (between) held.left = true;
  else held = null;
}, true);

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
      this.chooseByKey("");
    } else if (key in WAYS && !shiftKey) this.go(WAYS[key]);
    else if (key === "n" || key === "N") this.goToNumber(shiftKey ? -1 : 1);
    else if (key === "Enter" || key === " ") {
      if (this.hovered < 0) this.go(null);
      else this.chooseByKey(this.shown.geometry.ids[this.hovered]);
    } else return false;
    return true;
  },

  // Choose a place, or with an empty id none, and say so; the page may draw the map anew, elsewhere.
  chooseByKey(id) {
    const { geometry, head, values } = this.shown;
    const said = id ? values.words.chosen.replace("{name}", geometry.names[this.hovered]) : values.words.none_chosen;
    held = { view: this.viewKey, said, until: Date.now() + WHILE };
    this.choose(id, !id && head.placed); // the place that a page is about need not be one of this map
    this.frame.live.textContent = said;
  },

  // Take the focus that was lost with the map this one stands for, and leave the place again where Escape was pressed meanwhile.
  takeFocusBack() {
    if (held?.view !== this.viewKey || Date.now() > held.until || document.activeElement !== document.body) return;
    this.frame.ground.focus({ preventScroll: true });
    const { said, left } = held;
    held = null;
    if (left) this.chooseByKey("");
    else this.frame.live.textContent = said;
  },

  // Go to the next place in a direction; the first press tells the place in the middle, or the one that is chosen.
  go(way) {
    const { geometry, head } = this.shown;
    const chosen = geometry.index?.get(head.selected) ?? -1;
    let from = this.byKeys && this.hovered >= 0 ? this.hovered : chosen >= 0 ? chosen : this.nearMiddle();
    if (from < 0) return;
    if (way && this.byKeys) {
      const next = nextUnit(geometry, from, way);
      if (next < 0) {
        this.frame.live.textContent = this.shown.values.words.edge;
        return;
      }
      from = next;
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

  // The walk through the hot places: each press of N goes to the next one that has a number, with Shift to the one before.
  goToNumber(by) {
    const { values } = this.shown;
    const listed = values.outlines.filter(({ number }) => number);
    if (!listed.length) {
      this.frame.live.textContent = values.words.no_number;
      return;
    }
    this.walked = ((this.walked ?? (by > 0 ? -1 : listed.length)) + by + listed.length) % listed.length;
    const { at, number, units, killed } = listed[this.walked];
    const unit = this.unitOn(...at);
    const write = (n) => new Intl.NumberFormat(values.words.locale).format(n);
    const whole = units > 1 && killed !== null ? `, ${values.words.together.replace("{units}", write(units)).replace("{killed}", write(killed))}` : "";
    const said = values.words.number_of.replace("{n}", number).replace("{all}", String(listed.length)) + whole;
    if (unit >= 0) this.standOn(unit, said);
  },
};
