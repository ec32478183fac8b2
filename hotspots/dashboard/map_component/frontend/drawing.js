// A place drawn by hand: corners of an area, or a circle; by pointer, or by keyboard with the middle of the map as the pen.

import * as L from "./vendor/leaflet/leaflet-src.esm.js";
import { part } from "./parts.js";
import { COLOURS } from "./looks.js";

const MOST = 500; // corners
const LONGEST = 50_000; // metres
const LEAST = 10; // metres
const NEAR = 10; // pixels: a click so near to the first corner closes the area

export class Drawing {
  constructor(map, stage, live, tell) {
    this.map = map;
    this.live = live;
    this.tell = tell;
    this.kind = "";
    this.corners = [];
    this.pointer = null;
    this.bar = part("div", "drawing-bar", { role: "group" });
    this.kinds = part("div", "drawing-kinds");
    this.said = part("p", "drawing-said");
    this.buttons = {};
    for (const name of ["draw_area", "draw_circle"]) this.kinds.append(this.button(name, () => this.start(name === "draw_area" ? "polygon" : "circle")));
    const hand = part("div", "drawing-hand");
    hand.append(this.button("corner", () => this.add(map.getCenter())), this.button("undo", () => this.undo()), this.button("finish", () => this.finish()));
    this.hand = hand;
    this.bar.append(this.kinds, this.said, hand, this.button("cancel", () => this.stop()));
    this.bar.hidden = true;
    stage.append(this.bar);
  }

  get active() {
    return this.kind !== "";
  }

  button(name, run) {
    const made = part("button", "drawing-button", { type: "button", "data-name": name });
    made.addEventListener("click", run);
    this.buttons[name] = made;
    return made;
  }

  words(words) {
    this.text = words;
    this.bar.setAttribute("aria-label", words.draw);
    for (const [name, button] of Object.entries(this.buttons)) button.textContent = words[name];
    if (this.active) this.say();
  }

  toggle() {
    if (!this.bar.hidden) {
      this.stop();
      return;
    }
    this.bar.hidden = false;
    this.start("polygon");
  }

  start(kind) {
    this.kind = kind;
    this.corners = [];
    this.pointer = null;
    this.map.doubleClickZoom.disable();
    this.map.getContainer().classList.add("drawing-now");
    for (const [name, one] of [["draw_area", "polygon"], ["draw_circle", "circle"]]) this.buttons[name].setAttribute("aria-pressed", String(kind === one));
    this.show();
    this.map.getContainer().focus({ preventScroll: true });
  }

  stop() {
    this.kind = "";
    this.corners = [];
    this.bar.hidden = true;
    this.map.doubleClickZoom.enable();
    this.map.getContainer().classList.remove("drawing-now");
    this.show();
  }

  add(place) {
    if (this.kind === "circle" && this.corners.length === 1) {
      this.pointer = place;
      if (this.radius() >= LEAST) this.finish();
      return;
    }
    const first = this.corners[0];
    const at = (spot) => this.map.latLngToContainerPoint(spot);
    if (this.corners.length > 2 && at(first).distanceTo(at(place)) < NEAR) {
      this.finish();
      return;
    }
    const last = this.corners.at(-1);
    if (last && at(last).distanceTo(at(place)) < 2) return; // the second click of a double click
    if (this.corners.length < MOST) this.corners.push(L.latLng(place));
    this.show();
  }

  undo() {
    this.corners.pop();
    this.show();
  }

  move(place) {
    this.pointer = place;
    if (this.corners.length) this.show(false);
  }

  radius() {
    return Math.min(LONGEST, this.corners[0] && this.pointer ? this.map.distance(this.corners[0], this.pointer) : 0);
  }

  finish() {
    const digits = ({ lat, lng }) => `${lat.toFixed(5)},${lng.toFixed(5)}`;
    let text = "";
    if (this.kind === "circle" && this.radius() >= LEAST) text = `circle:${digits(this.corners[0])},${Math.max(LEAST, Math.round(this.radius() / 5) * 5)}`;
    if (this.kind === "polygon" && this.corners.length > 2) text = `polygon:${this.corners.map(digits).join(";")}`;
    if (!text) {
      this.say();
      return;
    }
    this.stop();
    this.tell("place", text);
  }

  show(aloud = true) {
    for (const layer of this.layers ?? []) layer.remove();
    this.layers = [];
    if (this.active) {
      const still = { pane: "drawn", interactive: false, color: COLOURS.place, weight: 2.5, fillColor: COLOURS.place, fillOpacity: 0.12 };
      const open = this.pointer && this.corners.length ? [...this.corners, this.pointer] : this.corners;
      if (this.kind === "circle" && this.corners.length && this.radius()) this.layers.push(L.circle(this.corners[0], { ...still, radius: this.radius() }));
      if (this.kind === "polygon" && open.length > 1) this.layers.push(L.polygon(open, still));
      for (const spot of this.corners) this.layers.push(L.circleMarker(spot, { ...still, radius: 4, fillOpacity: 1 }));
      for (const layer of this.layers) layer.addTo(this.map);
    }
    if (this.active) this.say(aloud);
  }

  // Say what to do next and how large it is so far.
  say(aloud = true) {
    const { text, kind, corners } = this;
    if (!text) return;
    const told = kind === "polygon" ? text.draw_corners : corners.length ? text.draw_edge : text.draw_centre;
    this.said.textContent = told.replace("{n}", String(corners.length)).replace("{size}", this.size()).trim();
    this.buttons.undo.disabled = !corners.length;
    this.buttons.finish.disabled = kind === "polygon" ? corners.length < 3 : this.radius() < LEAST;
    if (aloud) this.live.textContent = this.said.textContent;
  }

  size() {
    if (this.kind === "circle") return this.radius() ? `${Math.round(this.radius())} m` : "";
    if (this.corners.length < 3) return "";
    const metres = 111_195;
    const wide = metres * Math.cos((this.corners[0].lat * Math.PI) / 180);
    let twice = 0;
    this.corners.forEach((spot, i) => {
      const before = this.corners.at(i - 1);
      twice += (before.lng * spot.lat - spot.lng * before.lat) * wide * metres;
    });
    return `${(Math.abs(twice) / 2e6).toFixed(2)} km²`;
  }
}
