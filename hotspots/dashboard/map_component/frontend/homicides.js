// Single homicides over the map: from near a dot each, from afar their number. Only the restricted edition sends any.

import * as L from "./vendor/leaflet/leaflet-src.esm.js";
import { worldPixel } from "./decode.js";
import { COLOURS } from "./looks.js";
import { isWide } from "./legend.js";

const NEAR = 8; // metres a pixel: from here on dots stand one by one
const EARTH = 40075016.686; // metres around the equator
const TOGETHER = { near: 8, far: 60 }; // pixels: dots closer than this are one mark with their number
const REACH = 6; // pixels beyond a mark that still point at it
const MARGIN = 0.35; // as the drawing of the map has it

export const Homicides = L.Layer.extend({
  initialize(pane) {
    this.pane = pane;
    this.spots = [];
    this.marks = [];
  },

  onAdd(map) {
    this.canvas = L.DomUtil.create("canvas", "homicides");
    map.getPane(this.pane).append(this.canvas);
    this.redraw();
  },

  onRemove() {
    this.canvas.remove();
  },

  getEvents() {
    return { moveend: this.redraw, viewreset: this.redraw, resize: this.redraw, zoomstart: this.hide };
  },

  show(dots) {
    this.spots = dots.map(([lon, lat, newest, lines]) => ({ lon, lat, newest: newest === 1, lines, at: worldPixel(lon, lat) }));
    this.redraw();
  },

  hide() {
    this.canvas.hidden = true;
  },

  redraw() {
    const map = this._map;
    if (!map?._loaded || !this.canvas) return;
    const size = map.getSize();
    const margin = size.multiplyBy(MARGIN).round();
    const corner = map.containerPointToLayerPoint(margin.multiplyBy(-1)).round();
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const [width, height] = [size.x + 2 * margin.x, size.y + 2 * margin.y];
    this.canvas.hidden = !this.spots.length;
    this.canvas.width = width * ratio;
    this.canvas.height = height * ratio;
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
    L.DomUtil.setPosition(this.canvas, corner);
    const pen = this.canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    this.marks = this.grouped();
    const origin = map.getPixelOrigin().add(corner);
    for (const mark of this.marks) drawMark(pen, mark, mark.x - origin.x, mark.y - origin.y);
  },

  // Marks in pixels of the world at this zoom. They are grouped on a grid that lies still, so that panning changes none.
  grouped() {
    const zoom = this._map.getZoom();
    const scale = 2 ** zoom;
    const aPixel = (EARTH * Math.cos((this._map.getCenter().lat * Math.PI) / 180)) / (256 * scale);
    const near = aPixel < NEAR;
    const side = near ? TOGETHER.near : TOGETHER.far;
    const cells = new Map();
    for (const spot of this.spots) {
      const [x, y] = spot.at.map((part) => part * scale);
      const cell = `${Math.floor(x / side)} ${Math.floor(y / side)}`;
      const mark = cells.get(cell) ?? { x: 0, y: 0, n: 0, newest: 0, spots: [] };
      mark.x += x;
      mark.y += y;
      mark.n += 1;
      mark.newest += spot.newest ? 1 : 0;
      mark.spots.push(spot);
      cells.set(cell, mark);
    }
    const marks = [...cells.values()].map((mark) => ({ ...mark, x: mark.x / mark.n, y: mark.y / mark.n, r: radius(mark, near) }));
    return marks.sort((a, b) => a.newest - b.newest); // the newest lie on top
  },

  // The mark at a point of the map's box, or null.
  at(point) {
    if (!this.spots.length) return null;
    const { x, y } = this._map.getPixelBounds().min.add(point);
    let found = null;
    let least = Infinity;
    for (const mark of this.marks) {
      const away = Math.hypot(mark.x - x, mark.y - y);
      if (away > mark.r + REACH || away >= least) continue;
      [found, least] = [mark, away];
    }
    return found;
  },

  // The boxes of the numbers, in pixels of the map's box: no name lies over one.
  boxes() {
    return this.onScreen()
      .filter(({ n }) => n > 1)
      .map(({ x, y, r }) => [x - r, y - r, x + r, y + r]);
  },

  // The middles of the single dots, in pixels of the map's box.
  dots() {
    return this.onScreen()
      .filter(({ n }) => n === 1)
      .map(({ x, y }) => [x, y]);
  },

  onScreen() {
    if (!this._map || !this.spots.length) return [];
    const { min } = this._map.getPixelBounds();
    const size = this._map.getSize();
    const shown = this.grouped().map((mark) => ({ ...mark, x: mark.x - min.x, y: mark.y - min.y }));
    return shown.filter(({ x, y }) => x > -20 && y > -20 && x < size.x + 20 && y < size.y + 20);
  },

  // Go nearer, so that the homicides of a mark come apart.
  open(mark) {
    const bounds = L.latLngBounds(mark.spots.map(({ lat, lon }) => [lat, lon]));
    const zoom = Math.max(this._map.getZoom() + 1, Math.min(this._map.getBoundsZoom(bounds) - 0.5, 17));
    this._map.setView(bounds.getCenter(), zoom);
  },
});

// What a mark says: one homicide its own lines, several their number.
export function toldOf({ n, newest, spots }, words) {
  if (n === 1) {
    const [name, ...lines] = spots[0].lines;
    return { name, lines: lines.map((line) => ["", line]) };
  }
  const lines = newest ? [[words.deaths_newest, String(newest)]] : [];
  return { name: "", lines: [[words.deaths, String(n)], ...lines] };
}

function radius({ n, newest }, near) {
  if (n === 1) return newest ? 6.5 : 4;
  return near ? 8 : Math.min(18, 9 + 2 * Math.log2(n));
}

function drawMark(pen, { n, newest, r }, x, y) {
  disc(pen, x, y, r, newest === n ? COLOURS.place : COLOURS.ink);
  if (n === 1) return;
  number(pen, n, x, y, r > 12 ? 13 : 11);
  if (!newest || newest === n) return;
  disc(pen, x + r * 0.8, y - r * 0.8, 7, COLOURS.place); // those of the last 28 days apart
  number(pen, newest, x + r * 0.8, y - r * 0.8, 10);
}

function disc(pen, x, y, r, colour) {
  pen.beginPath();
  pen.arc(x, y, r + 1.5, 0, 2 * Math.PI);
  pen.fillStyle = COLOURS.halo;
  pen.fill();
  pen.beginPath();
  pen.arc(x, y, r, 0, 2 * Math.PI);
  pen.fillStyle = colour;
  pen.fill();
}

function number(pen, n, x, y, size) {
  pen.font = `600 ${size}px sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillStyle = COLOURS.paper;
  pen.fillText(String(n), x, y + 0.5);
}

// Add what the marks stand for to a legend that was just drawn.
export function legendOf(box, dots, words) {
  const list = box.querySelector(".legend-rows");
  if (!dots.length || !list) return;
  const rows = [[1, 0, words.dot], [7, 0, words.dots]];
  if (dots.some((dot) => dot[2] === 1)) rows.push([1, 1, words.dot_newest]);
  for (const [n, newest, text] of rows) {
    const row = document.createElement("li");
    row.className = "legend-row";
    row.dataset.kind = "dot";
    row.dataset.wide = isWide(text);
    const canvas = document.createElement("canvas");
    canvas.className = "swatch street";
    canvas.setAttribute("aria-hidden", "true");
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    [canvas.width, canvas.height] = [26 * ratio, 16 * ratio];
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    disc(pen, 13, 8, n > 1 ? 7 : newest ? 6.5 : 4, newest ? COLOURS.place : COLOURS.ink);
    if (n > 1) number(pen, n, 13, 8, 10);
    const label = document.createElement("span");
    label.className = "legend-label";
    label.textContent = text;
    row.append(canvas, label);
    list.append(row);
  }
  box.hidden = false;
}
