// The search field: a text box with a list of places (the pattern "combobox" of WAI-ARIA), and a button that asks where the reader is.
// Text from data is only ever set as text, never as HTML. The position is asked for on a press of the button, and at no other time.

import { areaAt, matches } from "./whereabouts.js";

const PAUSE = 140; // milliseconds without a key before the text is asked about
const fields = new WeakMap(); // the component's root → its field

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  let field = fields.get(parentElement);
  if (!field) {
    field = new Field(parentElement.querySelector(".finder"));
    fields.set(parentElement, field);
  }
  field.receive(data, setStateValue, setTriggerValue);
}

function part(tag, name, attributes = {}) {
  const made = document.createElement(tag);
  made.className = name;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

class Field {
  constructor(box) {
    this.data = { hits: [] };
    this.offered = [];
    this.active = -1;
    this.wanted = false; // Enter was pressed before the answer came
    this.label = part("label", "unseen", { for: "text" });
    this.input = part("input", "text", {
      id: "text",
      type: "text",
      role: "combobox",
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
      enterkeyhint: "search",
      maxlength: "120",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": "list",
    });
    this.list = part("ul", "list", { id: "list", role: "listbox" });
    this.empty = part("p", "empty");
    this.live = part("p", "unseen", { role: "status" });
    this.clear = part("button", "clear", { type: "button" });
    this.near = part("button", "near", { type: "button" });
    this.nearWord = part("span", "word");
    this.near.append(icon("M8 1.5v3M8 11.5v3M1.5 8h3M11.5 8h3M8 4.5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 1 0 0-7"), this.nearWord);
    this.list.hidden = this.empty.hidden = this.clear.hidden = true;
    const room = part("div", "room");
    room.append(icon("M7 2.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9M10.5 10.5L14 14"), this.input, this.clear);
    box.replaceChildren(this.label, room, this.near, this.list, this.empty, this.live);
    this.box = box;
    this.watch();
  }

  receive(data, keep, send) {
    const before = this.data;
    const own = data.places && before.places === data.places; // what was found here is not known there
    this.data = own ? { ...data, asked: before.asked, hits: before.hits, said: before.said } : data;
    if (!own) this.names = undefined;
    this.keep = keep;
    this.send = send;
    this.label.textContent = data.label;
    this.input.placeholder = data.chosen || data.hint;
    this.input.title = data.hint;
    this.list.setAttribute("aria-label", data.listed);
    this.nearWord.textContent = data.near;
    this.near.hidden = data.areas?.length === 0; // areas without an outline: nobody could say which one it is
    this.near.title = data.near_hint;
    this.near.setAttribute("aria-label", `${data.near}. ${data.near_hint}`);
    this.clear.textContent = "×";
    this.clear.title = data.clear;
    this.clear.setAttribute("aria-label", data.clear);
    this.box.dataset.chosen = data.chosen ? "yes" : "no";
    if (before.chosen !== data.chosen) this.input.value = "";
    this.clear.hidden = !data.chosen && !this.input.value;
    if (this.asked()) this.show();
    else if (!this.input.value.trim()) this.close();
  }

  // Whether what was received answers what stands in the box.
  asked() {
    return this.input.value.trim() !== "" && this.data.asked === this.input.value;
  }

  show() {
    this.offer(this.data.hits);
    if (this.wanted) this.choose(0);
    this.wanted = false;
  }

  offer(hits) {
    this.offered = hits;
    this.list.replaceChildren(...hits.map((hit, at) => this.row(hit, at)));
    const open = this.box.matches(":focus-within");
    this.list.hidden = !open || !hits.length;
    this.empty.hidden = !open || hits.length > 0;
    this.empty.textContent = hits.length ? "" : this.data.said;
    this.live.textContent = this.data.said;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    this.activate(-1);
  }

  row(hit, at) {
    const row = part("li", "hit", { id: `hit${at}`, role: "option", "aria-selected": "false" });
    const name = part("span", "name");
    name.textContent = hit.name;
    const kind = part("span", "kind");
    kind.textContent = hit.within ? `${hit.kind} · ${hit.within}` : hit.kind;
    row.append(name, kind);
    row.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the focus
    row.addEventListener("click", () => this.choose(at));
    return row;
  }

  activate(at) {
    const rows = [...this.list.children];
    rows.forEach((row, one) => row.setAttribute("aria-selected", String(one === at)));
    this.active = at;
    if (at < 0) this.input.removeAttribute("aria-activedescendant");
    else {
      this.input.setAttribute("aria-activedescendant", `hit${at}`);
      rows[at].scrollIntoView({ block: "nearest" });
    }
  }

  choose(at) {
    const hit = this.offered[at];
    if (!hit) return;
    this.input.value = "";
    this.close();
    this.send("chosen", hit.place);
  }

  close() {
    this.list.hidden = this.empty.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.activate(-1);
  }

  ask() {
    clearTimeout(this.timer);
    if (this.data.places) {
      this.timer = setTimeout(() => this.search(), PAUSE);
      return;
    }
    this.timer = setTimeout(() => this.keep("typed", this.input.value), PAUSE);
  }

  // Search the names that were fetched once; what is typed stays in the browser.
  async search() {
    const text = this.input.value;
    this.names ??= fetch(this.data.places).then((answer) => (answer.ok ? answer.json() : []), () => []);
    const rows = await this.names;
    if (text !== this.input.value || !text.trim()) return;
    const hits = matches(rows, text).flatMap(([name, kind, areas]) =>
      areas.map(([place, within]) => ({ name, kind, within: within === name ? "" : within, place })),
    );
    const said = hits.length ? this.data.found.replace("{n}", hits.length) : this.data.none;
    this.data = { ...this.data, asked: text, hits: hits.slice(0, 12), said };
    this.show();
  }

  watch() {
    this.input.addEventListener("input", () => {
      this.clear.hidden = !this.data.chosen && !this.input.value;
      this.wanted = false;
      if (!this.input.value.trim()) this.close();
      this.ask();
    });
    this.input.addEventListener("keydown", (event) => this.press(event));
    this.input.addEventListener("focus", () => this.asked() && this.show());
    this.box.addEventListener("focusout", () => setTimeout(() => this.box.matches(":focus-within") || this.close(), 0));
    this.clear.addEventListener("click", () => {
      const typed = this.input.value;
      this.input.value = "";
      this.close();
      this.input.focus();
      if (typed) this.ask();
      else this.send("chosen", "");
    });
    this.near.addEventListener("click", () => this.locate());
  }

  press(event) {
    const count = this.list.hidden ? 0 : this.offered.length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!count) {
        if (this.asked()) this.show();
        return;
      }
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.activate((this.active + step + count + (this.active < 0 && step < 0 ? 1 : 0)) % count);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (count || this.asked()) this.choose(Math.max(this.active, 0));
      else if (this.input.value.trim()) {
        this.wanted = true;
        clearTimeout(this.timer);
        if (this.data.places) this.search();
        else this.keep("typed", this.input.value);
      }
    } else if (event.key === "Escape" && (count || !this.empty.hidden || this.input.value)) {
      event.stopPropagation();
      if (count || !this.empty.hidden) this.close();
      else {
        this.input.value = "";
        this.ask();
      }
    }
  }

  locate() {
    const failed = (text) => {
      this.near.disabled = false;
      this.list.hidden = true;
      this.empty.textContent = this.live.textContent = text;
      this.empty.hidden = false;
      this.near.focus();
    };
    if (!navigator.geolocation) {
      failed(this.data.near_failed);
      return;
    }
    this.near.disabled = true;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        this.near.disabled = false;
        const { areas } = this.data;
        if (!areas) {
          this.send("position", `${coords.latitude.toFixed(6)},${coords.longitude.toFixed(6)}`);
          return;
        }
        const here = areaAt(areas, coords.longitude, coords.latitude); // here, and nowhere else
        if (!here) {
          failed(this.data.near_outside);
          return;
        }
        this.input.focus();
        this.offer([{ name: here[1], kind: this.data.near_kind, within: "", place: here[0] }]);
        this.live.textContent = `${this.data.near_kind}: ${here[1]}`;
      },
      () => failed(this.data.near_failed),
      { enableHighAccuracy: true, timeout: 10000, maximumAge: 60000 },
    );
  }
}
