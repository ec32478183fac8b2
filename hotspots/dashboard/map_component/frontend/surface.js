// The drawing: context and units on one canvas, the outlines of the hovered and the chosen unit on a second one above it.

import * as L from "./vendor/leaflet/leaflet-src.esm.js";
import { COLOURS, WIDE_ENOUGH, hatch, shade } from "./looks.js";
import { StreetNames } from "./street_names.js";
import { contextStyle, groupsOf, lineLook, manyUnstable, unitLook } from "./styles.js";

const MARGIN = 0.35; // how far beyond the visible map the canvas is drawn, as a share of the map, so that a short pan shows no gap
const CHUNK = 400; // shapes in one path: a path of a whole city is slower to fill than many small ones
const GROUND = ["coast", "boundary", "water", "park", "street", "avenue"];
const LEAST_STEP = 0.6; // vertices closer than this many pixels to the last one drawn add nothing to see

export const Surface = L.Layer.extend({
  initialize() {
    this.geometry = null;
    this.groups = [];
    this.hovered = -1;
    this.selected = -1;
    this.redraws = 0;
    this.hidden = new Set(); // what the reader switched off: kinds of layers, and "names"
    this.taken = () => [];
    this.streets = new StreetNames();
  },

  onAdd(map) {
    const animated = map.options.zoomAnimation && L.Browser.any3d;
    this.base = L.DomUtil.create("canvas", animated ? "leaflet-zoom-animated drawing" : "drawing");
    this.over = L.DomUtil.create("canvas", animated ? "leaflet-zoom-animated outlines" : "outlines");
    this.names = L.DomUtil.create("canvas", animated ? "leaflet-zoom-animated lettering" : "lettering");
    this.getPane().append(this.base, this.over);
    this._map.getPane("names").prepend(this.names);
    this.redraw();
  },

  onRemove() {
    cancelAnimationFrame(this.waiting);
    this.base.remove();
    this.over.remove();
    this.names.remove();
  },

  getEvents() {
    const events = { moveend: this.redraw, viewreset: this.redraw, move: this.whileMoving, zoom: this.whileZooming, resize: this.redraw };
    if (this._map.options.zoomAnimation) events.zoomanim = this.animateZoom;
    return events;
  },

  show(geometry, values) {
    this.geometry = geometry;
    this.groups = geometry ? groupsOf(geometry, values) : [];
    this.many = manyUnstable(this.groups);
    this.values = values;
    this.redraw();
  },

  outline(hovered, selected) {
    if (hovered === this.hovered && selected === this.selected) return;
    this.hovered = hovered;
    this.selected = selected;
    if (this.frame) this.drawOver();
  },

  whileMoving() {
    const { x, y } = this._map.getSize();
    const seen = this._map.containerPointToLayerPoint([0, 0]);
    const frame = this.frame;
    const covered =
      frame && seen.x >= frame.x && seen.y >= frame.y && seen.x + x <= frame.x + frame.width && seen.y + y <= frame.y + frame.height;
    if (covered || this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      this.redraw();
    });
  },

  whileZooming() {
    this.stretch(this._map.getCenter(), this._map.getZoom());
  },

  animateZoom(event) {
    this.stretch(event.center, event.zoom);
  },

  // Show the old drawing at another zoom until the new one is made.
  stretch(center, zoom) {
    if (!this.frame) return;
    const map = this._map;
    const corner = map.project(this.frame.corner, zoom);
    const origin = map
      .project(center, zoom)
      .subtract(map.getSize().divideBy(2))
      .add(L.DomUtil.getPosition(map.getPane("mapPane")))
      .round();
    const scale = map.getZoomScale(zoom, this.frame.zoom);
    for (const canvas of [this.base, this.over, this.names]) L.DomUtil.setTransform(canvas, corner.subtract(origin), scale);
  },

  redraw() {
    const map = this._map;
    if (!map) return;
    const size = map.getSize();
    if (!size.x || !size.y || !map._loaded) return;
    const margin = size.multiplyBy(MARGIN).round();
    const corner = map.containerPointToLayerPoint(margin.multiplyBy(-1)).round();
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const zoom = map.getZoom();
    const pixel = map.getPixelOrigin().add(corner);
    const frame = {
      x: corner.x,
      y: corner.y,
      width: size.x + 2 * margin.x,
      height: size.y + 2 * margin.y,
      corner: map.layerPointToLatLng(corner),
      zoom,
      ratio,
      scale: 2 ** zoom,
      left: pixel.x,
      top: pixel.y,
      margin,
    };
    this.frame = frame;
    for (const canvas of [this.base, this.over, this.names]) {
      canvas.width = frame.width * ratio;
      canvas.height = frame.height * ratio;
      canvas.style.width = `${frame.width}px`;
      canvas.style.height = `${frame.height}px`;
      L.DomUtil.setPosition(canvas, corner);
    }
    if (this.geometry) {
      this.drawBase();
      this.drawOver();
      this.letter();
    }
    this.redraws += 1;
  },

  // Write the names of streets along them, clear of the names and numbers that stand on the map already.
  letter() {
    if (!this.frame || !this.geometry) return;
    const pen = this.pen(this.names);
    const off = this.beneath || this.hidden.has("street_names");
    this.lettered = off ? 0 : this.streets.draw(pen, this.geometry, this.frame, this.taken(), this.metres());
  },

  // Metres to a pixel, in the middle of the map.
  metres() {
    return (40_075_017 * Math.cos((this._map.getCenter().lat * Math.PI) / 180)) / (256 * this.frame.scale);
  },

  pen(canvas) {
    const pen = canvas.getContext("2d");
    pen.setTransform(this.frame.ratio, 0, 0, this.frame.ratio, 0, 0);
    pen.clearRect(0, 0, this.frame.width, this.frame.height);
    pen.lineJoin = "round";
    return pen;
  },

  visible(shape) {
    const { boxes } = this.geometry;
    const { scale, left, top, width, height } = this.frame;
    const at = 4 * shape;
    return (
      boxes[at] * scale - left < width && boxes[at + 2] * scale - left > 0 && boxes[at + 1] * scale - top < height && boxes[at + 3] * scale - top > 0
    );
  },

  trace(pen, shape) {
    const { xs, ys, pathStarts, shapeStarts, closed } = this.geometry;
    const { scale, left, top } = this.frame;
    for (let path = shapeStarts[shape]; path < shapeStarts[shape + 1]; path += 1) {
      const end = pathStarts[path + 1];
      let i = pathStarts[path];
      let lastX = xs[i] * scale - left;
      let lastY = ys[i] * scale - top;
      pen.moveTo(lastX, lastY);
      for (i += 1; i < end; i += 1) {
        const x = xs[i] * scale - left;
        const y = ys[i] * scale - top;
        if (i < end - 1 && Math.abs(x - lastX) < LEAST_STEP && Math.abs(y - lastY) < LEAST_STEP) continue;
        pen.lineTo(x, y);
        lastX = x;
        lastY = y;
      }
      if (closed[path]) pen.closePath();
    }
  },

  // Run `paint` on paths of a few hundred shapes each.
  inChunks(pen, shapes, paint) {
    for (let from = 0; from < shapes.length; from += CHUNK) {
      pen.beginPath();
      for (let i = from; i < Math.min(from + CHUNK, shapes.length); i += 1) this.trace(pen, shapes[i]);
      paint(pen);
    }
  },

  drawBase() {
    const pen = this.pen(this.base);
    const beneath = this.beneath ? GROUND : []; // tiles show these
    const layers = this.geometry.layers.filter(({ kind }) => !this.hidden.has(kind) && !beneath.includes(kind)).map((layer) => this.contextInView(layer));
    for (const { style, areas } of layers) if (style.land) this.fillAll(pen, areas, style.land);
    for (const { style, areas, lines } of layers) {
      if (style.fill) this.fillAll(pen, areas, style.fill);
      if (style.edge) this.strokeAll(pen, areas, style.edge);
      if (style.casing) this.strokeAll(pen, lines, style.casing);
      if (style.line) this.strokeAll(pen, lines, style.line);
    }
    if (!this.hidden.has("unit")) this.drawUnits(pen);
    for (const { style, areas, lines } of layers) {
      if (style.casing) this.strokeAll(pen, lines, style.casing);
      if (style.casing) this.strokeAll(pen, lines, style.line);
      if (style.above) this.strokeAll(pen, [...areas, ...lines], style.above);
      if (style.dots) this.dots(pen, lines);
    }
    this.drawOutlines(pen);
  },

  // What a test found: an ink outline around each place, and the number that it has in the list; numbers that would touch are left out.
  drawOutlines(pen) {
    const { scale, left, top } = this.frame;
    const at = ([x, y]) => [x * scale - left, y * scale - top];
    const outlines = this.values?.outlines ?? [];
    pen.lineCap = pen.lineJoin = "round";
    const within = this.values?.colours.length ? shade(this.values.colours.at(-1)) : COLOURS.ink; // streets keep their colour between two edges
    for (const [colour, width, lines] of [
      [COLOURS.halo, 4, false], [COLOURS.ink, 2, false], [COLOURS.halo, 8, true], [COLOURS.ink, 6, true], [within, 3, true],
    ]) {
      pen.strokeStyle = colour;
      pen.lineWidth = width;
      pen.beginPath();
      for (const { rings, along } of outlines) {
        if (along !== lines) continue;
        for (const ring of rings) ring.forEach((spot, i) => (i ? pen.lineTo(...at(spot)) : pen.moveTo(...at(spot))));
      }
      pen.stroke();
    }
    pen.font = "600 13px sans-serif";
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    const taken = [];
    for (const { number, at: spot, rings } of outlines) {
      if (!number) continue; // the place that the page is about
      const [x, middle] = at(spot);
      const heights = rings.flat().map((each) => at(each)[1]);
      const upper = Math.min(middle, ...heights);
      const small = Math.max(middle, ...heights) - upper < 30;
      const y = small ? upper - 13 : middle; // a number would hide a small place: it stands above
      const half = 4 * number.length + 5;
      if (taken.some(([i, j, other]) => Math.abs(i - x) < half + other && Math.abs(j - y) < 17)) continue;
      taken.push([x, y, half]);
      pen.fillStyle = COLOURS.ink;
      pen.strokeStyle = COLOURS.halo;
      pen.lineWidth = 2;
      pen.beginPath();
      pen.roundRect(x - half, y - 9, 2 * half, 18, 9);
      pen.stroke();
      pen.fill();
      pen.fillStyle = COLOURS.paper;
      pen.fillText(number, x, y + 0.5);
    }
  },

  contextInView(layer) {
    const areas = [];
    const lines = [];
    for (let shape = layer.first; shape < layer.end; shape += 1) {
      if (this.visible(shape)) (this.geometry.closed[this.geometry.shapeStarts[shape]] ? areas : lines).push(shape);
    }
    return { areas, lines, style: contextStyle(layer.kind, this.frame.zoom) };
  },

  fillAll(pen, shapes, fill) {
    pen.fillStyle = fill;
    this.inChunks(pen, shapes, () => pen.fill("nonzero"));
  },

  strokeAll(pen, shapes, { colour, width, alpha = 1, dash = [] }) {
    pen.save();
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.globalAlpha = alpha;
    pen.lineCap = dash.length ? "butt" : "round";
    pen.setLineDash(dash);
    this.inChunks(pen, shapes, () => pen.stroke());
    pen.restore();
  },

  dots(pen, shapes) {
    const { xs, ys, pathStarts, shapeStarts } = this.geometry;
    const { scale, left, top } = this.frame;
    pen.fillStyle = COLOURS.paper;
    pen.strokeStyle = COLOURS.service;
    pen.lineWidth = 1.5;
    for (const shape of shapes) {
      const at = pathStarts[shapeStarts[shape]];
      pen.beginPath();
      pen.arc(xs[at] * scale - left, ys[at] * scale - top, 3, 0, 2 * Math.PI);
      pen.fill();
      pen.stroke();
    }
  },

  drawUnits(pen) {
    const { ratio, margin } = this.frame;
    const hatchOf = (name) => hatch(pen, name, ratio, margin.x, margin.y);
    for (const group of this.groups) {
      const areas = group.areas.filter((shape) => this.visible(shape));
      const lines = group.lines.filter((shape) => this.visible(shape));
      if (areas.length) this.drawAreas(pen, areas, unitLook(group, this.values.colours), hatchOf);
      if (lines.length) this.drawLines(pen, lines, lineLook(group, this.values.colours));
    }
  },

  // A hatch needs room: narrow shapes, and all where a third of the map would be hatched, take their colour at half strength within an edge of
  // the whole colour: a lighter class has no such edge.
  drawAreas(pen, shapes, look, hatchOf) {
    const width = this.edgeWidth(shapes);
    const plain = look.hatch && look.hatch !== "hatchDark";
    const roomy = (shape) => !(plain && this.many) && this.across(shape) >= WIDE_ENOUGH;
    const wide = look.hatch ? shapes.filter(roomy) : shapes;
    const narrow = look.hatch ? shapes.filter((shape) => !roomy(shape)) : [];
    if (narrow.length) {
      this.fillAll(pen, narrow, COLOURS.zero);
      pen.globalAlpha = plain ? 0.5 : 1;
      this.fillAll(pen, narrow, plain ? look.fill : COLOURS.suppressed);
      pen.globalAlpha = 1;
    }
    if (wide.length) this.fillAll(pen, wide, look.fill);
    if (look.hatch && wide.length) this.fillAll(pen, wide, hatchOf(look.hatch));
    if (look.hatch && wide.length) this.rim(pen, wide, look.fill);
    if (width > 0) this.strokeAll(pen, shapes, { colour: look.edge, width });
    if (plain && narrow.length) this.strokeAll(pen, narrow, { colour: look.fill, width: Math.max(width, 1.5) }); // no class looks so
  },

  // Keep a hatch 3 pixels away from the edge of its shape.
  rim(pen, shapes, colour) {
    pen.strokeStyle = colour;
    pen.lineWidth = 6;
    this.inChunks(pen, shapes, () => {
      pen.save();
      pen.clip();
      pen.stroke();
      pen.restore();
    });
  },

  // How wide a shape is on the screen, in pixels.
  across(shape) {
    const { boxes } = this.geometry;
    const at = 4 * shape;
    return Math.min(boxes[at + 2] - boxes[at], boxes[at + 3] - boxes[at + 1]) * this.frame.scale;
  },

  drawLines(pen, shapes, look) {
    const width = this.lineWidth() * look.width;
    if (look.cased) this.strokeAll(pen, shapes, { colour: COLOURS.casing, width: width + 1.4 });
    if (look.cased && look.dash.length) this.strokeAll(pen, shapes, { colour: COLOURS.zero, width });
    this.strokeAll(pen, shapes, { colour: look.colour, width, dash: look.dash.map((length) => length * width) });
  },

  // How wide a coloured street is: seen from afar a thread, from near a street.
  lineWidth() {
    return Math.max(2.2, Math.min(9, 2.8 * 2 ** ((this.frame.zoom - 13) * 0.55)));
  },

  // Outlines thin out as units shrink: on a whole country of blocks they would wash the colours away.
  edgeWidth(shapes) {
    const { boxes } = this.geometry;
    let sum = 0;
    const step = Math.max(1, Math.floor(shapes.length / 200));
    let counted = 0;
    for (let i = 0; i < shapes.length; i += step) {
      sum += boxes[4 * shapes[i] + 2] - boxes[4 * shapes[i]];
      counted += 1;
    }
    const across = (sum / counted) * this.frame.scale;
    return across < 5 ? 0 : Math.min(0.9, across / 24);
  },

  drawOver() {
    const pen = this.pen(this.over);
    if (this.selected >= 0) this.ring(pen, this.selected, COLOURS.halo, 5.5, COLOURS.ink, 2.6);
    if (this.hovered >= 0 && this.hovered !== this.selected) this.ring(pen, this.hovered, COLOURS.halo, 3.2, COLOURS.ink, 1.4);
  },

  ring(pen, unit, halo, haloWidth, ink, inkWidth) {
    const shape = unit + this.geometry.units.first;
    const thick = this.geometry.closed[this.geometry.shapeStarts[shape]] ? 0 : Math.max(4, this.lineWidth());
    this.strokeAll(pen, [shape], { colour: halo, width: haloWidth + thick });
    this.strokeAll(pen, [shape], { colour: ink, width: inkWidth + thick });
    if (thick && this.values) {
      const group = this.groups.find((each) => each.lines.includes(shape));
      if (group) this.strokeAll(pen, [shape], { colour: lineLook(group, this.values.colours).colour, width: thick });
    }
  },
});
