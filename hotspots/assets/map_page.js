// What a downloaded map does beyond drawing: hatches, place names, what hovering says, keys, and fitting the paper it is printed on.
// All text is in the page's own table and list, put there escaped; here it is only copied from one text node to another.
"use strict";

const TILE = 7;

// A colour with diagonal lines over it, as a pattern that repeats without a seam.
function hatched(fill, line, width) {
  const ratio = Math.min(3, Math.max(1, Math.ceil(window.devicePixelRatio || 1)));
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = TILE * ratio;
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  pen.fillStyle = fill;
  pen.fillRect(0, 0, TILE, TILE);
  pen.strokeStyle = line;
  pen.lineWidth = width;
  pen.beginPath();
  for (const shift of [-TILE, 0, TILE]) {
    pen.moveTo(shift - 1, TILE + 1);
    pen.lineTo(shift + TILE + 1, -1);
  }
  pen.stroke();
  const pattern = pen.createPattern(canvas, "repeat");
  pattern.setTransform(new DOMMatrix([1 / ratio, 0, 0, 1 / ratio, 0, 0]));
  return pattern;
}

function element(tag, name, text = "") {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = text;
  return made;
}

// What the table says of a unit: its name, and each other cell that is not empty with the head of its column; states speak for themselves.
function saidOf(row, head) {
  const cells = [...row.cells].map((cell, i) => [cell, head.cells[i].textContent]);
  const name = cells.find(([cell]) => cell.matches(".name"))?.[0].textContent ?? "";
  const others = cells.filter(([cell]) => !cell.matches(".name, .code") && cell.textContent);
  return [name, others.map(([cell, label]) => [cell.matches(".state") ? "" : label, cell.textContent])];
}

// What hovering says of a unit.
function tipOf([name, lines]) {
  const tip = element("div", "tip");
  tip.append(element("strong", "", name));
  for (const [label, text] of lines) {
    const line = element("div", "tip-line");
    if (label) line.append(element("span", "tip-label", label));
    line.append(element("span", "", text));
    tip.append(line);
  }
  return tip;
}

// Move what hovering says into the map, where it would stand out of it: on a phone there is hardly room beside a unit.
function keepInside(tip, box) {
  if (!tip) return;
  tip.style.translate = "";
  const [own, room] = [tip.getBoundingClientRect(), box.getBoundingClientRect()];
  const by = (least, most, start, end) => Math.max(least + 4 - start, Math.min(0, most - 4 - end));
  tip.style.translate = `${by(room.left, room.right, own.left, own.right)}px ${by(room.top, room.bottom, own.top, own.bottom)}px`;
}

// Names that fit without touching each other, the first ones first; chosen again after each move.
function keepNames(map, pane, city) {
  const from = { outline: -9, district: 0, boundary: 0, coast: 0, water: 0, park: 0.75, service: 1, street: 2.5 };
  const names = [...document.querySelectorAll("#place-names li")].map((item) => ({
    text: item.textContent,
    kind: item.dataset.kind,
    at: [Number(item.dataset.lat), Number(item.dataset.lon)],
  }));
  let shown = [];
  function place() {
    for (const marker of shown) marker.remove();
    shown = [];
    const size = map.getSize();
    const whole = map.getBoundsZoom(city, false, L.point(28, 28));
    const taken = [];
    for (const { text, kind, at } of names) {
      if (shown.length >= 60) break;
      if (map.getZoom() - whole + 0.01 < (from[kind] ?? 2)) continue;
      const spot = map.latLngToContainerPoint(at);
      const half = 3.6 * text.length + 8;
      const box = [spot.x - half, spot.y - 11, spot.x + half, spot.y + 11];
      if (box[0] < 0 || box[1] < 0 || box[2] > size.x || box[3] > size.y) continue;
      if (taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) continue;
      taken.push(box);
      const icon = L.divIcon({ html: element("span", `name ${kind}`, text), className: "place", iconSize: [0, 0] });
      shown.push(L.marker(at, { icon, interactive: false, keyboard: false, pane }).addTo(map));
    }
  }
  map.on("moveend resize", place);
  place();
}

// Outlines thin out as units shrink: on a whole city of blocks they would wash the colours away.
function keepEdges(map, sheets, across) {
  let before = -1;
  function thin() {
    const pixels = (across / 360) * 256 * 2 ** map.getZoom();
    const width = pixels < 5 ? 0 : Math.min(0.9, pixels / 24);
    if (width === before) return;
    before = width;
    for (const sheet of sheets) sheet.setStyle({ stroke: width > 0, weight: width });
  }
  map.on("zoomend", thin);
  thin();
}

// The units as `ways.js` knows them: the box of each in pixels of the world, and its name.
function geometryOf(map, layers, told) {
  const many = Math.max(...layers.keys()) + 1;
  const boxes = Array.from({ length: many }, () => [Infinity, Infinity, -Infinity, -Infinity]).flat(); // of what is not drawn
  for (const [unit, layer] of layers) {
    const edges = layer.getBounds ? layer.getBounds() : L.latLngBounds([layer.getLatLng()]);
    const [one, other] = [map.project(edges.getNorthWest(), 0), map.project(edges.getSouthEast(), 0)];
    boxes.splice(4 * unit, 4, one.x, one.y, other.x, other.y);
  }
  const names = Array.from({ length: many }, (_, unit) => told(unit)[0]);
  return { boxes, names, units: { first: 0, end: many } };
}

// The map by keyboard and for screen readers: an arrow goes to the next place that way, which is shown, and said with what lies beside it.
function keepKeys(map, sheets, told, words) {
  const box = map.getContainer();
  const live = document.querySelector("#said");
  const layers = new Map();
  for (const sheet of sheets) sheet.eachLayer((layer) => layers.set(layer.feature.properties.unit, layer));
  if (!layers.size) return;
  const geometry = geometryOf(map, layers, told);
  let here = -1;
  const leave = () => {
    layers.get(here)?.fire("mouseout", {}, true);
    here = -1;
  };
  const stand = (unit) => {
    leave();
    here = unit;
    const place = map.unproject(middleOf(geometry, unit), 0);
    map.panInside(place, { padding: [90, 90], animate: false });
    layers.get(unit).fire("mouseover", { latlng: place }, true);
    live.textContent = aloud(...told(unit), neighbours(geometry, (next) => told(next)[1][0]?.[1] ?? "", unit, words));
  };
  box.addEventListener("keydown", (event) => {
    if (event.target !== box || event.shiftKey || !(event.key in WAYS || event.key === "Escape")) return;
    event.preventDefault();
    event.stopPropagation(); // Leaflet would move the map: with Shift it does
    if (event.key === "Escape") leave();
    else {
      const { x, y } = map.project(map.getCenter(), 0);
      const next = here < 0 ? nearestUnit(geometry, [x, y]) : nextUnit(geometry, here, WAYS[event.key]);
      if (next >= 0) stand(next);
    }
  });
  box.addEventListener("blur", leave);
}

function finishMap(map, { units, areas, bounds, across, words }) {
  const [west, south, east, north] = bounds;
  const city = L.latLngBounds([south, west], [north, east]);
  const fit = () => map.fitBounds(city, { animate: false, padding: [14, 14] });
  const box = map.getContainer();
  const table = document.querySelector("#units");
  const told = (unit) => saidOf(table.tBodies[0].rows[unit], table.tHead.rows[0]);
  const pane = map.createPane("names");
  pane.style.zIndex = 450;
  pane.style.pointerEvents = "none";
  // On a narrow screen no higher than the city needs, so that the legend stays in sight.
  const low = map.project([south, west], 10);
  const high = map.project([north, east], 10);
  box.style.setProperty("--needed", `${Math.round((box.clientWidth * (low.y - high.y)) / Math.max(1e-9, high.x - low.x)) + 28}px`);
  map.invalidateSize({ animate: false });
  fit();
  map.setMinZoom(Math.max(0, map.getZoom() - 2)); // paper may be smaller than the screen
  L.control.zoom({ zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  keepEdges(map, areas, across);
  keepNames(map, "names", city);

  const ring = L.polyline([], { color: "#1b2733", weight: 1.8, fill: false, interactive: false }).addTo(map);
  for (const sheet of units) {
    sheet.bindTooltip((layer) => tipOf(told(layer.feature.properties.unit)), {
      sticky: true,
      opacity: 1,
      className: "unit-tip",
    });
    sheet.on("mousemove", () => keepInside(sheet.getTooltip().getElement(), box));
    sheet.on("mouseover", ({ layer }) => ring.setLatLngs(outlineOf(layer)));
    sheet.on("mouseout", () => ring.setLatLngs([]));
  }
  map.on("tooltipopen", ({ tooltip }) => keepInside(tooltip.getElement(), box));

  keepKeys(map, units, told, words);
  // The wheel scrolls the page until the reader has chosen the map.
  box.addEventListener("focus", () => map.scrollWheelZoom.enable());
  box.addEventListener("blur", () => map.scrollWheelZoom.disable());
  box.addEventListener("pointerdown", () => box.focus({ preventScroll: true }));
  window.addEventListener("resize", () => map.invalidateSize({ pan: false }));
  const paper = () => {
    map.invalidateSize({ pan: false });
    fit();
  };
  window.matchMedia("print").addEventListener("change", paper);
  window.addEventListener("beforeprint", () => {
    document.body.classList.add("printing");
    paper();
  });
  window.addEventListener("afterprint", () => {
    document.body.classList.remove("printing");
    paper();
  });
  box.dataset.state = "ready";
}

// The rings of a unit as closed lines, however many parts it has.
function outlineOf(layer) {
  const found = [];
  const walk = (lines) => {
    if (!lines.length) return;
    if (L.LineUtil.isFlat(lines)) found.push(layer instanceof L.Polygon ? [...lines, lines[0]] : lines);
    else lines.forEach(walk);
  };
  walk(layer.getLatLngs());
  return found;
}
