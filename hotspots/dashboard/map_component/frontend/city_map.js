// One map in the page: keeps Leaflet, the drawing and the parts around it together, and turns gestures into choices.

import * as L from "./vendor/leaflet/leaflet-src.esm.js";
import { inAddress, viewOf } from "./address.js";
import { worldPixel } from "./decode.js";
import { Drawing } from "./drawing.js";
import { Finder } from "./find.js";
import { Frame, WIDE } from "./frame.js";
import { Homicides, legendOf, toldOf } from "./homicides.js";
import { PlaceNames } from "./labels.js";
import { drawLegend, quietCorner } from "./legend.js";
import { COLOURS, wear } from "./looks.js";
import { inMonths } from "./months.js";
import { Strip } from "./strip.js";
import { groupsOf, manyUnstable } from "./styles.js";
import { Surface } from "./surface.js";
import { Tools } from "./tools.js";
import { KEYBOARD } from "./walk.js";
import { neighbours } from "./ways.js";

const AROUND = 200; // metres around a homicide that was clicked
const EDGE = 18; // pixels kept free around the whole city
const LEAST = 60; // a box narrower or lower than this, in pixels, is hidden or not laid out yet
const FROM_AFAR = 1.6; // times the size of names
const NEAREST = 17; // zoom: no nearer when it goes to a small place
const REACH = 6; // how near to a street segment the pointer must be, in pixels
const SHEET = { width: 690, height: 780 }; // pixels that A4 and Letter both have between margins, less what stands above a map
const PATIENCE = 4000; // milliseconds to keep showing a choice that the page has not confirmed

const views = new Map(); // view key → {center, zoom} where the reader left it; outlives pages
const looks = new Map(); // view key → the edges of the place that it went to last; outlives pages, so that nobody is taken back
const finders = new WeakMap(); // geometry → its Finder
const companions = new Map(); // name of a group → the maps that move together
const LIGHT = 8000; // units up to which the others follow while a map moves, and not only after
let arrived = false; // a view in the address holds for the first map of a visit

export class CityMap {
  constructor(box, tell, say) {
    this.frame = new Frame(box);
    this.box = box;
    this.tell = tell;
    // What the reader changes over the map, with the months that only the browser knows of.
    this.say = (name, value) => {
      const own = !this.strip.box.hidden && name !== "window" ? `\nwindow=${this.strip.text()}` : "";
      say(`${name}=${value}${own}`);
    };
    this.shown = null;
    this.hovered = -1;
    this.pending = null;
    this.byKeys = false;
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const byFinger = window.matchMedia("(pointer: coarse)").matches; // one finger scrolls the page, two move the map
    this.map = L.map(this.frame.ground, {
      attributionControl: false,
      dragging: !byFinger,
      zoomControl: false,
      zoomSnap: 0.25,
      zoomDelta: 0.75,
      wheelPxPerZoomLevel: 110,
      keyboardPanDelta: 60,
      maxZoom: 19,
      fadeAnimation: false,
      zoomAnimation: !calm,
      inertia: !calm,
    });
    L.control.scale({ imperial: false, position: "bottomleft" }).addTo(this.map);
    const names = this.map.createPane("names");
    names.style.zIndex = 450;
    names.style.pointerEvents = "none";
    const smooth = this.map.createPane("smooth");
    smooth.style.zIndex = 430;
    smooth.style.pointerEvents = "none";
    smooth.style.mixBlendMode = "multiply"; // the legend's colours hold on paper, and outlines show through
    const veil = this.map.createPane("veil");
    veil.style.zIndex = 420;
    veil.style.pointerEvents = "none";
    const single = this.map.createPane("homicides");
    single.style.zIndex = 440;
    single.style.pointerEvents = "none";
    this.homicides = new Homicides("homicides");
    const drawn = this.map.createPane("drawn");
    drawn.style.zIndex = 460;
    drawn.style.pointerEvents = "none";
    this.surface = new Surface();
    this.names = new PlaceNames(this.map, "names");
    this.names.marks = () => this.homicides.boxes();
    this.names.dots = () => this.homicides.dots();
    this.surface.taken = () => {
      const { x, y } = this.surface.frame.margin;
      return this.names.boxes.map(([left, top, right, bottom]) => [left + x, top + y, right + x, bottom + y]);
    };
    this.tools = new Tools(this.say, () => this.switchLayers());
    this.strip = new Strip((start, end, last) => this.turnTo(start, end, last));
    this.drawing = new Drawing(this.map, this.frame.stage, this.frame.live, this.say);
    this.surface.hidden = this.names.hidden = this.tools.hidden;
    this.frame.strip = this.strip.box;
    this.frame.stage.append(this.tools.box, this.strip.box);
    this.watchPointer();
    this.watchKeys();
    this.watchButtons();
    this.watcher = new ResizeObserver(() => this.resized());
    this.watcher.observe(this.frame.stage);
  }

  // Move together with the other maps of a group, and point at the same place.
  link(group) {
    if (this.group === group) return;
    companions.get(this.group)?.delete(this);
    this.group = group;
    if (!group) return;
    if (!companions.has(group)) companions.set(group, new Set());
    companions.get(group).add(this);
  }

  others() {
    return [...(companions.get(this.group) ?? [])].filter((other) => other !== this && other.viewKey);
  }

  lead(moving) {
    if (this.following || !this.group || (moving && this.shown.geometry.ids.length > LIGHT)) return;
    for (const other of this.others()) {
      other.following = true;
      other.map.setView(this.map.getCenter(), this.map.getZoom(), { animate: false });
      other.following = false;
    }
  }

  remove() {
    this.link("");
    this.watcher.disconnect();
    this.strip.stop();
    this.map.remove();
  }

  // As high as the page asks; on a narrow screen no higher than the city needs, so that the legend stays in sight.
  size(height, bounds) {
    this.height = height;
    this.box.dataset.fill = height ? "no" : "yes"; // then the style sheet says how high
    if (!height) return;
    const width = this.frame.stage.clientWidth;
    let least = height;
    if (bounds && width && width < WIDE) {
      const [left, top] = worldPixel(bounds[0], bounds[3]);
      const [right, bottom] = worldPixel(bounds[2], bounds[1]);
      least = Math.max(300, (width * (bottom - top)) / Math.max(1e-9, right - left) + 2 * EDGE);
    }
    this.frame.stage.style.setProperty("--height", `${Math.min(height, least)}px`);
  }

  words(values) {
    this.frame.words(values.words);
    this.frame.ground.setAttribute("aria-label", values.title);
    this.drawing.words(values.words);
  }

  fail(text) {
    this.frame.fail(text);
  }

  show(head, geometry, received) {
    const before = this.shown;
    this.box.dataset.theme = themeOf(this.box);
    if (head.still) this.tools.hidden.add("street_names"); // it is looked at from afar, in larger letters
    this.names.scale = head.still ? FROM_AFAR : 1;
    this.strip.show(head.strip ?? null, received.words);
    const values = this.windowed(received);
    this.shown = { head, geometry, values };
    this.link(head.linked ?? "");
    this.box.dataset.ground = values.overlay ? "light" : this.box.dataset.theme; // a picture over the map is made for paper
    wear(this.box.dataset.ground, values.dark);
    this.box.dataset.sea = hasCoast(geometry) ? "yes" : "no";
    if (before?.values !== values || before.geometry !== geometry || this.ground !== this.box.dataset.ground) this.legend();
    this.ground = this.box.dataset.ground;
    this.tools.show(head, geometry, values.words);
    this.lay();
    this.frame.byName.draw.hidden = !head.draw;
    if (this.pending !== null && (head.selected === this.pending.id || Date.now() > this.pending.until)) this.pending = null;
    this.size(head.height, geometry.bounds);
    this.settle();
  }

  // What came from the server, in the months of the strip where the browser can work them out.
  windowed(received) {
    if (!received.months || this.strip.box.hidden) return received;
    const key = `${this.strip.start}-${this.strip.end}`;
    if (this.turned?.kept !== received || this.turned.key !== key) {
      const number = new Intl.NumberFormat(received.words.locale);
      const shown = inMonths(received, this.strip.start, this.strip.end, number);
      this.turned = { ...shown, key, legend_note: `${this.strip.days.textContent} · ${shown.legend_note}` };
    }
    return this.turned;
  }

  // Show other months: at once where the browser can, else by asking the page once the reader lets go.
  turnTo(start, end, last) {
    const { head, values } = this.shown;
    const received = values.kept ?? values;
    if (received.months) {
      this.shown.values = this.windowed(received);
      this.legend();
      if (this.viewKey) this.settle();
      if (last) inAddress("window", this.strip.text());
    } else if (last && head.strip) this.say("window", this.strip.text());
  }

  // Lay the agency's own map tiles beneath, or take them away; off until the reader wants them.
  lay() {
    const base = this.shown?.head.base;
    const here = base && !base[0].includes("://") ? new URL("../../../", import.meta.url).href : ""; // tiles of this machine
    const wanted = base && this.tools.base ? here + base[0] : "";
    this.box.dataset.base = wanted ? "yes" : "no";
    this.surface.beneath = Boolean(wanted);
    this.frame.credit.textContent = wanted ? base[1] : "";
    if ((this.tiles?._url ?? "") === wanted) return;
    this.tiles?.remove();
    this.tiles = wanted ? L.tileLayer(wanted, { maxZoom: 19, maxNativeZoom: base[2] ?? 19 }).addTo(this.map) : null;
  }

  legend() {
    const { geometry, values } = this.shown;
    drawLegend(this.frame.legend, values, areStreets(geometry), manyUnstable(groupsOf(geometry, values)));
    legendOf(this.frame.legend, values.dots ?? [], values.words);
  }

  switchLayers() {
    this.lay();
    if (!this.drawn) return;
    this.names.place();
    this.surface.redraw();
    this.note();
  }

  // Bring the map to what is to be shown; a map without size (a hidden tab) waits until it gets one.
  settle() {
    const { head, geometry, values } = this.shown;
    const { clientWidth: width, clientHeight: height } = this.frame.stage;
    if (width < LEAST || height < LEAST) return;
    this.frame.arrange(width, height);
    if (this.map.getSize().x !== width || this.map.getSize().y !== height) this.map.invalidateSize({ pan: false });
    this.linked = arrived ? null : viewOf(head.at);
    arrived = true;
    this.addressed = head.at !== undefined;
    if (this.viewKey !== head.view) this.begin(head.view, geometry);
    this.lookAt(head.look);
    this.surround(head.around ?? []);
    this.linked = null;
    if (!this.map.hasLayer(this.surface)) this.map.addLayer(this.surface);
    if (!this.map.hasLayer(this.homicides)) this.map.addLayer(this.homicides);
    const ground = this.box.dataset.ground;
    if (this.dotted?.values !== values || this.dotted.ground !== ground) {
      this.dotted = { values, ground };
      this.homicides.show(values.dots ?? []);
    }
    if (this.named !== geometry) {
      this.named = geometry;
      this.names.show(geometry, this.whole.zoom);
    }
    this.names.avoid(values.outlines);
    if (this.drawn?.geometry !== geometry || this.drawn.values !== values || this.drawn.ground !== ground) {
      this.drawn = { geometry, values, ground };
      this.surface.show(geometry, values);
      this.cover(values.overlay);
      this.hover(-1);
    }
    this.outline();
    this.frame.ready();
    this.takeFocusBack();
    this.atScreen();
    if (this.shown.values.months && !this.strip.box.hidden) inAddress("window", this.strip.text());
    this.remember();
  }

  // Go to a place that was chosen, draw its edge and lay a veil over all the rest; without one, show the whole city again.
  surround(rings) {
    const asked = `${this.viewKey} ${this.box.dataset.theme} ${JSON.stringify(rings)}`;
    if (this.surrounded === asked) return;
    const moved = this.surrounded !== undefined || rings.length > 0;
    this.surrounded = asked;
    for (const layer of this.around ?? []) layer.remove();
    this.around = [];
    if (rings.length) {
      const lines = rings.map((ring) => pairs(ring));
      const still = { pane: "veil", interactive: false };
      const world = [[-85, -180], [-85, 180], [85, 180], [85, -180]];
      const { paper, place } = COLOURS;
      this.around = [
        L.polygon([world, ...lines], { ...still, stroke: false, fillColor: paper, fillOpacity: 0.5 }),
        L.polygon(lines, { ...still, fill: false, color: paper, weight: 6 }),
        L.polygon(lines, { ...still, fill: false, color: place, weight: 3 }),
      ].map((layer) => layer.addTo(this.map));
      if (moved && !this.linked && !this.shown.head.still) this.fit(this.around[1].getBounds(), { paddingTopLeft: [EDGE, EDGE + this.head()], paddingBottomRight: [EDGE, EDGE + this.foot()] });
    } else if (moved && !this.linked) this.showWhole();
  }

  // Lay a picture over the units, or take it away.
  cover(overlay) {
    this.picture?.remove();
    this.picture = null;
    this.box.dataset.overlay = overlay ? "yes" : "no";
    if (!overlay) return;
    const [data, [west, south, east, north]] = overlay;
    const bounds = L.latLngBounds([south, west], [north, east]);
    this.picture = L.imageOverlay(`data:image/png;base64,${data}`, bounds, { pane: "smooth", alt: "" }).addTo(this.map);
  }

  begin(viewKey, geometry) {
    this.viewKey = viewKey;
    this.whole = this.wholeCity(geometry.bounds);
    const view = views.get(viewKey) ?? this.linked ?? this.whole;
    this.home = this.whole;
    this.map.setView(view.center, view.zoom, { animate: false });
    this.corner(geometry);
    this.map.setMinZoom(Math.max(0, this.whole.zoom - 1));
  }

  // Put the legend where it hides least of the whole city.
  corner(geometry) {
    const { legend } = this.frame;
    const [middle, room] = [this.map.project(this.whole.center, 0), { x: legend.offsetWidth, y: legend.offsetHeight }];
    this.box.dataset.corner = quietCorner(geometry, middle, 2 ** this.whole.zoom, this.map.getSize(), room);
  }

  // Go to a place that was searched for, once: after that the reader moves on from there.
  lookAt(edges) {
    const key = edges ? edges.join() : "";
    if (looks.get(this.viewKey) === key) return;
    looks.set(this.viewKey, key);
    if (!edges || this.linked) return;
    const [west, south, east, north] = edges;
    this.fit([[south, west], [north, east]], { padding: [4 * EDGE, 4 * EDGE], maxZoom: NEAREST });
  }

  // Go where the page says: a view that the address need not name.
  fit(bounds, options) {
    this.home = null;
    this.map.fitBounds(bounds, { ...options, animate: false });
    this.home = { center: this.map.getCenter(), zoom: this.map.getZoom() };
    this.remember();
  }

  // Centre and zoom that show all of the city, beside the legend or above it when the shape of the map leaves room for both.
  wholeCity([west, south, east, north]) {
    this.map.setMinZoom(0);
    const bounds = L.latLngBounds([south, west], [north, east]);
    const corner = this.box.dataset.legend === "corner";
    const aside = corner ? this.frame.legend.offsetWidth : 0;
    const under = corner ? this.frame.legend.offsetHeight : 0;
    const [head, foot] = [this.head(), this.foot()];
    const around = (x, y) => this.map.getBoundsZoom(bounds, false, L.point(2 * EDGE + x, 2 * EDGE + head + foot + y));
    const [plain, beside, above] = [around(0, 0), around(aside, 0), around(0, under)];
    const near = (zoom) => zoom >= plain - 0.25;
    const left = this.box.dataset.fill === "yes"; // there the legend stands in the other corner
    const shift = near(beside) ? (left ? -aside : aside) / 2 : 0;
    const rise = !shift && near(above) ? under / 2 : 0;
    const zoom = shift ? beside : rise ? above : plain;
    const middle = this.map.project(bounds.getSouthWest(), zoom).add(this.map.project(bounds.getNorthEast(), zoom)).divideBy(2);
    return { center: this.map.unproject(middle.add([shift, rise + (foot - head) / 2]), zoom), zoom };
  }

  // How much of the map the search and the choices under it cover, where it is high enough to leave them that much.
  head() {
    const fills = this.box.dataset.fill === "yes";
    if ((!fills && this.box.dataset.legend !== "corner") || !this.tools.bar.offsetWidth) return 0;
    const covered = this.tools.bar.getBoundingClientRect().bottom - this.map.getContainer().getBoundingClientRect().top;
    return covered > 0 && covered < this.map.getSize().y / (fills ? 3 : 5) ? covered : 0;
  }

  // How much of the map the time strip covers.
  foot() {
    return this.box.dataset.legend === "corner" && !this.strip.box.hidden ? this.strip.box.offsetHeight : 0;
  }

  resized() {
    if (!this.shown || window.matchMedia("print").matches) return; // on paper it stays as it is on screen, only smaller
    this.atScreen();
    this.strip.draw();
    this.size(this.height, this.shown.geometry.bounds);
    const atWhole = this.viewKey && !views.has(this.viewKey);
    this.settle();
    if (!this.viewKey) return;
    this.whole = this.wholeCity(this.shown.geometry.bounds);
    this.corner(this.shown.geometry);
    this.map.setMinZoom(Math.max(0, this.whole.zoom - 1));
    if (atWhole) this.showWhole();
  }

  // Tell the style sheet for paper how large the map is on screen, and how much smaller it has to be on a sheet.
  atScreen() {
    const { clientWidth: width, clientHeight: height, style } = this.frame.stage;
    if (width < LEAST || height < LEAST) return;
    style.setProperty("--screen-width", `${width}px`);
    style.setProperty("--screen-height", `${height}px`);
    style.setProperty("--paper-zoom", Math.min(1, SHEET.width / width, SHEET.height / height).toFixed(4));
  }

  showWhole() {
    this.home = this.whole;
    this.map.setView(this.whole.center, this.whole.zoom, { animate: false });
  }

  // Remember where the reader is, unless it is simply the whole city, which follows the window's size.
  remember() {
    if (!this.viewKey) return;
    const center = this.map.getCenter();
    const zoom = this.map.getZoom();
    const there = (view) => view && zoom === view.zoom && this.map.project(center, zoom).distanceTo(this.map.project(view.center, zoom)) < 2;
    if (there(this.whole)) views.delete(this.viewKey);
    else views.set(this.viewKey, { center, zoom });
    const text = there(this.home) ? "" : `${center.lat.toFixed(5)},${center.lng.toFixed(5)},${zoom.toFixed(2)}`;
    if (this.addressed && this.home) inAddress("at", text);
    this.note();
  }

  // What the map shows, for tests and for anyone who looks at the page's elements.
  note() {
    const { lat, lng } = this.map.getCenter();
    this.box.dataset.view = `${lat.toFixed(7)},${lng.toFixed(7)},${this.map.getZoom()}`;
    this.box.dataset.units = this.shown.geometry.ids.length;
    this.box.dataset.redraws = this.surface.redraws;
    this.box.dataset.dots = this.homicides.marks.map(({ n, newest }) => `${n}/${newest}`).join(" ");
    this.box.dataset.lettered = this.surface.lettered ?? 0;
  }

  unitAt(point) {
    if (!this.shown || !this.viewKey) return -1;
    const { lat, lng } = this.map.containerPointToLatLng(point);
    return this.unitOn(...worldPixel(lng, lat));
  }

  // The unit at a pixel of the world.
  unitOn(x, y) {
    const { geometry } = this.shown;
    if (!finders.has(geometry)) finders.set(geometry, new Finder(geometry));
    return finders.get(geometry).at(x, y, REACH / 2 ** this.map.getZoom());
  }

  hover(unit, point, aloud = false) {
    this.hovered = unit;
    this.outline();
    for (const other of this.group ? this.others() : []) {
      other.hovered = unit;
      other.outline();
    }
    this.frame.ground.classList.toggle("pointing", unit >= 0);
    if (unit < 0) {
      this.frame.hideTip();
      return;
    }
    const { geometry, values } = this.shown;
    const lines = values.tips.map((tip) => [tip.label, tip.texts[tip.codes[unit]] ?? ""]).filter(([, text]) => text !== "");
    const [tip] = values.tips;
    const beside = aloud ? neighbours(geometry, (next) => tip?.texts[tip.codes[next]] ?? "", unit, values.words) : "";
    this.frame.showTip(geometry.names[unit] ?? "", lines, point.x, point.y, aloud, beside);
  }

  outline() {
    if (!this.shown) return;
    const { head, geometry } = this.shown;
    const selected = this.pending === null ? head.selected : this.pending.id;
    if (selected) geometry.index ??= new Map(geometry.ids.map((id, unit) => [id, unit])); // slow where there are many: when it is needed
    this.surface.outline(this.hovered, geometry.index?.get(selected) ?? -1);
    this.box.dataset.selected = selected;
  }

  // Show the choice at once, then tell the page; an empty id clears it. `anyway`: even where the map shows it already.
  choose(id, anyway = false) {
    const now = this.pending === null ? this.shown.head.selected : this.pending.id;
    if (id === now && !anyway) return;
    this.pending = { id, until: Date.now() + PATIENCE };
    this.outline();
    this.tell(id);
  }

  watchPointer() {
    const { map } = this;
    const { stage, ground } = this.frame;
    map.on("moveend", () => {
      this.remember();
      this.lead(false);
    });
    map.on("move", () => this.lead(true));
    map.on("mousemove", (event) => {
      if (this.drawing.active) {
        this.drawing.move(event.latlng);
        return;
      }
      this.byKeys = false;
      this.box.classList.remove("keys");
      if (!this.pointAtDot(event.containerPoint)) this.hover(this.unitAt(event.containerPoint), event.containerPoint);
    });
    map.on("mouseout dragstart zoomstart", () => this.byKeys || this.hover(-1));
    map.on("click", (event) => {
      if (this.drawing.active) {
        this.drawing.add(event.latlng);
        return;
      }
      // Until a place is chosen, a number of homicides leaves the click to the district it lies on.
      const mark = this.viewKey && this.homicides.at(event.containerPoint);
      if (mark && (mark.n === 1 || this.around?.length)) {
        if (mark.n === 1) this.say("place", `circle:${mark.spots[0].lat},${mark.spots[0].lon},${AROUND}`);
        else this.homicides.open(mark);
        return;
      }
      const unit = this.unitAt(event.containerPoint);
      this.hover(unit, event.containerPoint);
      if (unit >= 0) this.choose(this.shown.geometry.ids[unit]);
    });
    // Take the focus without letting the page jump; from then on the wheel zooms. Until then it scrolls the page past the map.
    ground.addEventListener("pointerdown", () => this.focusByPointer(), true);
    const passOn = (event) => {
      if (event.ctrlKey || event.metaKey || ground.matches(":focus")) return;
      event.stopPropagation();
      this.frame.showHint();
    };
    stage.addEventListener("wheel", passOn, { capture: true, passive: true });
  }

  // Say what the mark under the pointer stands for; false where there is none.
  pointAtDot(point) {
    const mark = this.viewKey && this.homicides.at(point);
    if (!mark) return false;
    this.hover(-1);
    const { name, lines } = toldOf(mark, this.shown.values.words);
    this.frame.ground.classList.add("pointing");
    this.frame.showTip(name, lines, point.x, point.y, false);
    return true;
  }

  focusByPointer() {
    this.box.classList.add("pointed"); // no focus ring for who has a pointer
    this.frame.ground.focus({ preventScroll: true });
  }

  watchButtons() {
    const { byName } = this.frame;
    byName.zoom_in.addEventListener("click", () => this.viewKey && this.map.zoomIn());
    byName.zoom_out.addEventListener("click", () => this.viewKey && this.map.zoomOut());
    byName.draw.addEventListener("click", () => this.drawing.toggle());
    byName.whole_city.addEventListener("click", () => this.viewKey && this.showWhole());
  }
}

Object.assign(CityMap.prototype, KEYBOARD);

// Streamlit gives its theme as CSS variables; a dark background means the dark theme.
function themeOf(box) {
  const probe = document.createElement("span");
  probe.style.color = "var(--st-background-color)";
  box.append(probe);
  const [red, green, blue] = (getComputedStyle(probe).color.match(/[\d.]+/g) ?? [255, 255, 255]).map(Number);
  probe.remove();
  return 0.299 * red + 0.587 * green + 0.114 * blue < 110 ? "dark" : "light";
}

// A flat list of longitudes and latitudes as Leaflet has it.
function pairs(ring) {
  const found = [];
  for (let i = 0; i < ring.length; i += 2) found.push([ring[i + 1], ring[i]]);
  return found;
}

// Whether the units are lines.
function areStreets({ units, shapeStarts, closed }) {
  return units.end > units.first && closed[shapeStarts[units.first]] === 0;
}

// Land bounded by a coast lies in the sea; without one nobody knows what lies around the city, and it lies on paper.
function hasCoast({ layers, shapeStarts, closed }) {
  return layers.some(({ kind, first, end }) => kind === "coast" && end > first && closed[shapeStarts[first]] === 1);
}
