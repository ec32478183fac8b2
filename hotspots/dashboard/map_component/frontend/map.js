// The entry: Streamlit calls the default export after each run of the page with the message of payload.py.

import { decodeGeometry, decodeValues, openEnvelope } from "./decode.js";
import { CityMap } from "./city_map.js";

const ASK_AFTER = [150, 500, 1200, 3000, 6000, 12000]; // milliseconds between asking again for geometry that did not arrive
const KEPT = 8; // geometries
const STYLE_TURNS = 200; // of 15 milliseconds: after three seconds without a style sheet the map is drawn as it is

const geometries = new Map(); // fingerprint → geometry being decoded; outlives pages, so that nothing is sent twice
const maps = new WeakMap(); // the component's root → its map

export default function ({ data, parentElement, setTriggerValue }) {
  let shown = maps.get(parentElement);
  if (!shown) {
    shown = new Shown(parentElement);
    maps.set(parentElement, shown);
  }
  shown.receive(data, setTriggerValue);
  // Streamlit may also call this for a run that was overtaken while the map lives on: only a map that left the page is taken down.
  return () => setTimeout(() => shown.root.host?.isConnected || shown.remove(), 0);
}

export class Shown {
  constructor(root) {
    this.root = root;
    this.map = null;
    this.message = null;
    this.timer = 0;
    this.valuesOf = { fingerprint: "", decoded: null };
  }

  receive(data, send) {
    this.send = send;
    const { head, values, geometry } = openEnvelope(data);
    this.message = { head, values };
    if (head.lang) document.documentElement.lang = head.lang;
    if (geometry) keep(head.geometry, geometry);
    this.update();
  }

  // The same map with another place in sight.
  surround(around) {
    if (!this.message) return;
    this.message = { ...this.message, head: { ...this.message.head, around } };
    this.update();
  }

  async update() {
    const { head, values } = this.message;
    const frame = await this.styledFrame();
    if (!this.map) {
      this.map = new CityMap(frame, (unit) => this.send("clicked", unit), (told) => this.send("told", told));
      this.map.size(head.height);
    }
    if (this.valuesOf.fingerprint !== head.values) this.valuesOf = { fingerprint: head.values, decoded: decodeValues(values) };
    let decodedValues;
    let geometry;
    try {
      [decodedValues, geometry] = await Promise.all([this.valuesOf.decoded, geometries.get(head.geometry)]);
    } catch (problem) {
      geometries.delete(head.geometry);
      this.map?.fail(String(problem.message ?? problem));
      return;
    }
    if (this.message.head !== head || !this.map) return; // a newer message came meanwhile
    this.map.words(decodedValues);
    if (!geometry) {
      this.ask(0, decodedValues.words);
      return;
    }
    clearTimeout(this.timer);
    this.timer = 0;
    this.map.show(head, geometry, decodedValues);
  }

  // Leaflet measures its box when it starts, so both style sheets (ours, and Leaflet's that ours imports) must hold by then.
  async styledFrame() {
    const frame = this.root.querySelector(".frame");
    const probe = document.createElement("div");
    probe.className = "leaflet-pane";
    frame.append(probe);
    for (let turn = 0; turn < STYLE_TURNS; turn += 1) {
      const { position } = getComputedStyle(probe);
      if (position === "absolute" && getComputedStyle(frame).getPropertyValue("--ink")) break;
      await new Promise((done) => setTimeout(done, 15));
    }
    probe.remove();
    return frame;
  }

  // A run of the page may be overtaken before its message leaves the server, and what is sent while the page mounts may be lost:
  // so wait a little, ask, and ask again with growing patience.
  ask(turn, words) {
    if (this.timer && turn === 0) return;
    if (turn === ASK_AFTER.length) {
      this.map?.fail(words.failed);
      this.timer = 0;
      return;
    }
    this.timer = setTimeout(() => {
      const wanted = this.message.head.geometry;
      if (!this.map) return;
      if (geometries.has(wanted)) {
        this.timer = 0;
        this.update();
        return;
      }
      this.send("need", wanted);
      this.ask(turn + 1, words);
    }, ASK_AFTER[turn]);
  }

  remove() {
    clearTimeout(this.timer);
    this.map?.remove();
    this.map = null;
    maps.delete(this.root);
  }
}

function keep(fingerprint, block) {
  const held = geometries.get(fingerprint) ?? decodeGeometry(block);
  geometries.delete(fingerprint);
  geometries.set(fingerprint, held);
  for (const oldest of geometries.keys()) {
    if (geometries.size <= KEPT) break;
    geometries.delete(oldest);
  }
}
