// Place names on the map: the few that fit without touching each other, chosen again after each move.

import * as L from "./vendor/leaflet/leaflet-src.esm.js";
import { distanceTo } from "./find.js";

// What is named first, and how far the reader must have zoomed in beyond the whole city.
const RANK = { district: 0, boundary: 1, coast: 1, water: 2, park: 3, service: 4, street: 5 };
const FROM_ZOOM = { district: 0, boundary: 0, coast: 0, water: 0, park: 0.75, service: 1, street: 2.5 };
const MOST = 60;
// Pixels that the name of a district may move, the nearest first, so that it lies over no number and no other name.
const REACHED = [0, 10, 20, 30, 40, 50, 60];
const SIDES = [...REACHED.slice(1).map((step) => -step), ...REACHED];
const STEPS = SIDES.flatMap((dx) => SIDES.map((dy) => [dx, dy])).sort((a, b) => Math.hypot(...a) - Math.hypot(...b));
const STILL = [[0, 0]];
const FAR = 0.075; // of the map's width

export class PlaceNames {
  constructor(map, pane) {
    this.map = map;
    this.pane = pane;
    this.labels = [];
    this.numbers = [];
    this.marks = () => []; // the boxes of numbers, over which no name lies
    this.dots = () => []; // the middles of single dots: as few as can be are covered
    this.shown = new Map();
    this.boxes = [];
    this.hidden = new Set();
    this.wholeZoom = 0;
    this.scale = 1;
    map.on("moveend zoomend resize", () => this.place());
  }

  show(geometry, wholeZoom) {
    for (const { marker } of this.shown.values()) marker.remove();
    this.shown.clear();
    this.geometry = geometry;
    this.labels = geometry.labels.filter(({ kind, line }) => line < 0 || (kind !== "street" && kind !== "avenue")).sort((a, b) => (RANK[a.kind] ?? 9) - (RANK[b.kind] ?? 9));
    this.wholeZoom = wholeZoom;
    this.place();
  }

  // Leave room for the numbers of outlines, which say more than a name does.
  avoid(numbers) {
    this.numbers = numbers;
    this.place();
  }

  place() {
    const size = this.map.getSize();
    if (!size.x || !size.y) return;
    const zoom = this.map.getZoom() - this.wholeZoom;
    const taken = this.numbers.filter(({ number }) => number).map(({ number, lon, lat }) => {
      const { x, y } = this.map.latLngToContainerPoint([lat, lon]);
      return [x - 4 * number.length - 5, y - 26, x + 4 * number.length + 5, y + 9];
    });
    const marks = this.marks();
    const dots = this.dots();
    const free = (box, of) => !of.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1]);
    const covered = (box) => dots.reduce((n, [x, y]) => n + (x > box[0] - 4 && x < box[2] + 4 && y > box[1] - 2 && y < box[3] + 2), 0);
    const wanted = new Map();
    for (const label of this.labels) {
      if (wanted.size >= MOST) break;
      if (zoom < (FROM_ZOOM[label.kind] ?? 2) || this.hidden.has("names") || this.hidden.has(label.kind)) continue;
      const at = this.map.latLngToContainerPoint([label.lat, label.lon]);
      const half = this.scale * (3.6 * label.text.length + 8);
      const tall = 11 * this.scale;
      const boxAt = ([dx, dy]) => [at.x + dx - half, at.y + dy - tall, at.x + dx + half, at.y + dy + tall];
      const inside = (box) => box[0] >= 0 && box[1] >= 0 && box[2] <= size.x && box[3] <= size.y;
      const near = label.kind === "district" ? STEPS.filter((one) => Math.hypot(...one) <= FAR * size.x) : STILL;
      const steps = near.filter((one) => inside(boxAt(one)) && free(boxAt(one), taken));
      let step; // a name that has no room is left out: pointing at the place tells it
      let least = Infinity;
      for (const one of steps) {
        if (!free(boxAt(one), marks) || !this.within(label, at, one)) continue;
        const n = covered(boxAt(one));
        if (n < least) [step, least] = [one, n];
        if (!n) break;
      }
      if (step === undefined) continue;
      taken.push(boxAt(step));
      wanted.set(label, step);
    }
    this.boxes = [...taken, ...marks];
    for (const [label, { marker, step }] of this.shown) {
      if (String(wanted.get(label)) === String(step)) continue;
      marker.remove();
      this.shown.delete(label);
    }
    for (const [label, step] of wanted) if (!this.shown.has(label)) this.shown.set(label, { marker: this.put(label, step), step });
  }

  // Whether a name that has moved still has its middle inside its own district: elsewhere it would name another.
  within({ shape }, at, [dx, dy]) {
    if (!dx && !dy) return true;
    const { min } = this.map.getPixelBounds();
    const scale = 2 ** this.map.getZoom();
    return distanceTo(this.geometry, shape, (at.x + dx + min.x) / scale, (at.y + dy + min.y) / scale) === 0;
  }

  put({ kind, text, lat, lon }, [dx, dy]) {
    const name = document.createElement("span");
    name.className = `name ${kind in RANK ? kind : "other"}`;
    name.textContent = text;
    const icon = L.divIcon({ html: name, className: "place", iconSize: [0, 0], iconAnchor: [-dx, -dy] });
    return L.marker([lat, lon], { icon, interactive: false, keyboard: false, pane: this.pane }).addTo(this.map);
  }
}
