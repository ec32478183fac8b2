// The wall: a map beside one place in large numbers, for a room. It turns through the places by itself; the pointer, the keys and a wish
// for less motion stop it. Text from data is only ever set as text, never as HTML.

import { openEnvelope } from "./decode.js";
import { Shown } from "./map.js";
import { icon, part, piece } from "./parts.js";

const AHEAD = 2; // places whose numbers are asked for before they come round
const SVG = "http://www.w3.org/2000/svg";
const walls = new WeakMap(); // the component's root → its wall

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const box = parentElement.querySelector(".wall");
  let wall = walls.get(box);
  if (!wall) {
    wall = new Wall(box);
    walls.set(box, wall);
  }
  wall.ask = (places) => setStateValue("wanted", places.join());
  wall.receive(data, setTriggerValue);
  return () => setTimeout(() => box.isConnected || wall.remove(), 0);
}

class Wall {
  constructor(box) {
    this.box = box;
    this.at = -1;
    this.wanted = new Set();
    this.running = !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.top = part("header", "top");
    this.room = part("div", "map-room");
    this.said = part("p", "map-said");
    this.room.append(part("div", "frame", { "data-state": "waiting" }), this.said);
    this.panel = part("section", "about", { "aria-live": "off", tabindex: "0" }); // on a phone it scrolls: keys must reach it
    this.foot = part("footer", "foot");
    box.append(this.top, this.room, this.panel, this.foot);
    this.map = new Shown(this.room);
    this.onKey = (event) => this.key(event);
    window.addEventListener("keydown", this.onKey);
    this.onSeen = () => this.watch();
    document.addEventListener("visibilitychange", this.onSeen);
    this.stayAwake();
  }

  // The screen of a room does not fall asleep, where the browser lets us ask.
  async stayAwake() {
    try {
      this.awake = await navigator.wakeLock?.request("screen");
    } catch {
      this.awake = null;
    }
  }

  remove() {
    clearTimeout(this.timer);
    window.removeEventListener("keydown", this.onKey);
    document.removeEventListener("visibilitychange", this.onSeen);
    this.awake?.release();
    this.map.remove();
    walls.delete(this.box);
  }

  receive(data, send) {
    const { head, geometry } = openEnvelope(data);
    this.told = { ...head.wall, slides: { ...this.told?.slides, ...head.wall.slides } };
    this.send = send;
    this.box.dataset.map = head.view ? "yes" : "no";
    if (head.view) this.map.receive(data, send);
    if (head.view && geometry === null) this.map.surround(this.slide?.around ?? []);
    this.bars();
    if (this.at < 0) this.go(head.wall.start, false);
    else this.draw();
  }

  get slide() {
    const [text] = this.told.places[this.at] ?? [];
    return this.told.slides[text];
  }

  // Bar and foot: drawn once for the places and words that they hold.
  bars() {
    const { top, places, words } = this.told;
    const asked = JSON.stringify([top, places, words]);
    if (this.barred === asked) return;
    this.barred = asked;
    this.said.textContent = top.map;
    if (top.colour) this.box.style.setProperty("--agency", top.colour);
    const logo = top.logo ? [Object.assign(part("img", "logo", { alt: "" }), { src: top.logo })] : [];
    const agency = top.agency ? [piece(top.agency, "agency")] : [];
    this.top.replaceChildren(...logo, ...agency, piece(top.title, "city", "strong"), piece(top.about, "counted"), piece(top.reach, "reach"));
    this.tabs = places.map(([, name], i) => {
      const tab = piece(name, "place", "button");
      tab.type = "button";
      tab.addEventListener("click", () => this.go(i, true));
      return tab;
    });
    const strip = part("nav", "places", { "aria-label": words.places });
    strip.append(...this.tabs);
    this.buttons = {};
    const keys = part("div", "keys", { role: "group", title: words.keys });
    for (const [name, shape, act] of [
      ["back", "back", () => this.step(-1)],
      ["pause", "pause", () => this.turnOn(!this.running)],
      ["on", "on", () => this.step(1)],
      ["full_screen", "full_screen", () => this.fill()],
      ["end", "end", () => this.end()],
    ]) {
      const button = part("button", "key", { type: "button", "aria-label": words[name] });
      button.title = words[name];
      button.append(icon(shape));
      button.addEventListener("click", act);
      this.buttons[name] = button;
      keys.append(button);
    }
    this.buttons.full_screen.hidden = !document.fullscreenEnabled;
    this.foot.replaceChildren(strip, keys);
    this.showState();
  }

  // Go to a place; `said` tells a screen reader, which must not be told of every turn that nobody asked for.
  go(at, said) {
    this.at = at;
    this.panel.setAttribute("aria-live", said ? "polite" : "off");
    this.need();
    this.draw();
    this.map.surround(this.slide?.around ?? []);
    this.watch();
  }

  step(by) {
    const n = this.told.places.length;
    this.go((this.at + by + n) % n, true);
  }

  // Ask for the numbers of this place and of the next ones, once each.
  need() {
    const n = this.told.places.length;
    const before = this.wanted.size;
    for (let i = 0; i <= Math.min(AHEAD, n - 1); i += 1) this.wanted.add((this.at + i) % n);
    if (this.wanted.size > before) this.ask([...this.wanted]);
  }

  // Turn on after a while: not while paused, unseen, or while the next numbers are not there yet.
  watch() {
    clearTimeout(this.timer);
    if (!this.running || document.hidden || this.told.places.length < 2) return;
    this.timer = setTimeout(() => {
      const next = (this.at + 1) % this.told.places.length;
      if (this.told.slides[this.told.places[next][0]]) this.go(next, false);
      else this.watch();
    }, 1000 * this.told.seconds);
  }

  turnOn(running) {
    this.running = running;
    this.showState();
    this.watch();
  }

  showState() {
    const { words } = this.told;
    const { pause } = this.buttons;
    const said = this.running ? words.pause : words.go_on;
    pause.replaceChildren(icon(this.running ? "pause" : "play"));
    pause.title = said;
    pause.setAttribute("aria-label", said);
    this.box.dataset.running = this.running ? "yes" : "no";
  }

  fill() {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen().catch(() => {}); // the browser may refuse
  }

  end() {
    if (document.fullscreenElement) document.exitFullscreen();
    const page = new URL(location.href);
    page.pathname = page.pathname.replace(/[^/]*\/?$/, "");
    location.assign(page);
  }

  key(event) {
    const deep = event.composedPath()[0];
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(deep?.tagName ?? "")) return;
    if (event.key === " " && deep?.tagName === "BUTTON" && this.foot.contains(deep)) return; // it presses the button
    const act = { " ": () => this.turnOn(!this.running), ArrowRight: () => this.step(1), ArrowLeft: () => this.step(-1), f: () => this.fill(), F: () => this.fill(), Escape: () => this.end() }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  draw() {
    const { slide } = this;
    const [text, name] = this.told.places[this.at];
    for (const [i, tab] of this.tabs.entries()) tab.setAttribute("aria-current", String(i === this.at));
    const tab = this.tabs[this.at];
    tab.parentElement.scrollLeft = tab.offsetLeft - (tab.parentElement.clientWidth - tab.offsetWidth) / 2;
    this.box.dataset.place = text;
    this.box.dataset.known = slide ? "yes" : "no";
    const asked = JSON.stringify([this.at, slide ?? name]);
    if (this.drawn === asked) return;
    this.drawn = asked;
    if (!slide) {
      this.panel.replaceChildren(piece(name, "place-name", "h2"), piece(this.told.words.waiting, "line", "p"));
      return;
    }
    const big = part("p", "big");
    big.append(piece(slide.first.number, "number"), piece(slide.killed, "killed"), piece(slide.first.days, "when"));
    const rows = part("div", "others");
    for (const one of slide.others) {
      const row = part("div", "other");
      row.append(piece(one.period, "period"), piece(one.number, "count", "strong"), barOf(one), piece(one.days, "when"), piece(one.said, one.outside ? "said outside" : "said"));
      rows.append(row);
    }
    this.panel.replaceChildren(
      piece(slide.name, "place-name", "h2"),
      big,
      barOf(slide.first),
      piece(slide.first.said, slide.first.outside ? "verdict outside" : "verdict", "p"),
      ...slide.lines.map((line) => piece(line, "line", "p")),
      rows,
      ...seriesOf(slide.series),
      piece(slide.source, "source", "p"),
    );
    this.map.surround(slide.around);
  }
}

// A line from zero, the normal range as a thick band, the count as a dot.
function barOf({ bar: [dot, low, high], outside }) {
  const box = part("div", outside ? "bar outside" : "bar", { "aria-hidden": "true" });
  if (low !== null) {
    const band = part("i", "band");
    band.style.left = `${100 * low}%`;
    band.style.right = `${100 - 100 * high}%`;
    box.append(band);
  }
  const mark = part("i", "dot");
  mark.style.left = `${100 * dot}%`;
  box.append(mark);
  return box;
}

function svg(tag, attributes, text) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text) made.textContent = text;
  return made;
}

// Each month as a line over the band of its normal range; the last count stands at the end.
function seriesOf({ title, counts, low, high, years, last }) {
  if (counts.length < 2) return [];
  const [wide, tall, left, foot] = [720, 160, 44, 30];
  const most = Math.max(1, ...counts, ...high.filter((one) => one !== null));
  const x = (i) => left + ((wide - left - 50) * i) / (counts.length - 1);
  const y = (n) => 8 + (tall - foot - 8) * (1 - n / most);
  const drawn = svg("svg", { viewBox: `0 0 ${wide} ${tall}`, class: "series", role: "img", "aria-label": title });
  for (const n of [0, Math.round(most / 2), most]) {
    drawn.append(svg("line", { x1: left, x2: wide - 50, y1: y(n), y2: y(n), class: "rule" }), svg("text", { x: left - 8, y: y(n) + 7, "text-anchor": "end" }, String(n)));
  }
  for (const [from, to] of runs(low)) {
    const over = [];
    const under = [];
    for (let i = from; i < to; i += 1) {
      over.push(`${x(i).toFixed(1)},${y(high[i]).toFixed(1)}`);
      under.unshift(`${x(i).toFixed(1)},${y(low[i]).toFixed(1)}`);
    }
    drawn.append(svg("polygon", { points: [...over, ...under].join(" "), class: "range" }));
  }
  drawn.append(svg("polyline", { points: counts.map((n, i) => `${x(i).toFixed(1)},${y(n).toFixed(1)}`).join(" "), class: "counts" }));
  const end = counts.length - 1;
  drawn.append(svg("circle", { cx: x(end), cy: y(counts[end]), r: 5, class: "end" }), svg("text", { x: x(end) + 10, y: y(counts[end]) + 8, class: "last" }, last));
  for (const [i, year] of years) drawn.append(svg("text", { x: x(i), y: tall - 4, "text-anchor": "middle" }, year));
  return [piece(title, "series-title", "p"), drawn];
}

// The stretches over which a range is known: a band never bridges a gap.
function runs(known) {
  const found = [];
  for (const [i, one] of known.entries()) {
    if (one === null) continue;
    if (found.length && found.at(-1)[1] === i) found.at(-1)[1] = i + 1;
    else found.push([i, i + 1]);
  }
  return found;
}
