// Choices over the map: what it shows, by which places, and its layers. What is counted goes to the page, the layers stay in the browser.

import { icon, part, piece } from "./parts.js";
import { COLOURS } from "./looks.js";

const KEPT = "hotspots_layers"; // in the browser's own store: the layers that the reader switched off
const ORDER = ["unit", "names", "street_names", "avenue", "street", "park", "water", "service", "district", "boundary", "coast"];
const SWATCH = { avenue: "avenue", street: "lane", park: "park", water: "water", service: "service", district: "border", boundary: "border", coast: "coast" };

export class Tools {
  constructor(tell, switched) {
    this.tell = tell;
    this.switched = switched;
    this.hidden = new Set(remembered());
    this.base = this.hidden.delete("base_on"); // the one layer that is off until it is wanted
    this.box = part("div", "tools");
    this.bar = part("div", "tool-bar", { role: "group" });
    this.button = part("button", "tool", { type: "button", "aria-expanded": "false" });
    this.word = part("span", "tool-word");
    this.button.append(icon("layers"), this.word);
    this.panel = part("div", "layers", { role: "group" });
    this.panel.hidden = true;
    this.box.append(this.bar, this.panel);
    this.button.addEventListener("click", () => this.open(this.panel.hidden));
    this.box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.panel.hidden) return;
      this.open(false);
      this.button.focus();
      event.stopPropagation();
    });
  }

  open(yes) {
    this.panel.hidden = !yes;
    this.button.setAttribute("aria-expanded", String(yes));
  }

  show(head, geometry, words) {
    const asked = JSON.stringify([head.choices, head.limits, head.base, words.layers, geometry.layers.map(({ kind }) => kind), geometry.ids.length]);
    this.colour();
    if (this.asked === asked) return;
    this.asked = asked;
    this.bar.replaceChildren(...(head.choices ?? []).map((choice) => this.choice(choice)), this.button);
    this.bar.setAttribute("aria-label", words.layers_help);
    this.word.textContent = words.layers;
    this.button.title = words.layers_help;
    this.panel.setAttribute("aria-label", words.layers);
    const there = new Set(["unit", ...geometry.layers.map(({ kind }) => kind)]);
    if (geometry.labels.some(({ kind, line }) => line < 0 || !/^(street|avenue)$/.test(kind))) there.add("names");
    if (geometry.labels.some(({ kind, line }) => line >= 0 && /^(street|avenue)$/.test(kind))) there.add("street_names");
    this.panel.replaceChildren(...ORDER.filter((kind) => there.has(kind)).map((kind) => this.layer(kind, words[`layer_${kind}`])));
    if (head.base) this.panel.append(this.layer("base", words.layer_base));
    if (head.limits !== undefined) this.panel.append(this.limits(head.limits, words));
    this.colour();
  }

  choice([name, label, value, groups]) {
    const select = part("select", "tool", { "aria-label": label, "data-name": name });
    select.title = label;
    for (const [title, options] of groups) {
      const into = title ? part("optgroup", "", { label: title }) : select;
      for (const [key, text] of options) into.append(new Option(text, key, key === value, key === value));
      if (title) select.append(into);
    }
    select.addEventListener("change", () => this.tell(name, select.value));
    return select;
  }

  layer(kind, text) {
    const row = part("label", "layer");
    const box = part("input", "", { type: "checkbox", "data-layer": kind });
    box.checked = kind === "base" ? this.base : !this.hidden.has(kind);
    box.addEventListener("change", () => {
      if (kind === "base") this.base = box.checked;
      else if (box.checked) this.hidden.delete(kind);
      else this.hidden.add(kind);
      remember([...this.hidden, ...(this.base ? ["base_on"] : [])]);
      this.switched();
    });
    row.append(box, piece(text, "layer-name"));
    if (SWATCH[kind]) row.append(part("span", `layer-swatch ${kind}`, { "aria-hidden": "true", "data-swatch": SWATCH[kind] }));
    return row;
  }

  // The reader's own classes.
  limits(value, words) {
    const row = part("label", "limits");
    const field = part("input", "limits-field", { type: "text", inputmode: "decimal", maxlength: "60" });
    field.value = value;
    field.title = words.limits_help;
    field.placeholder = "1, 2, 5, 10";
    field.addEventListener("change", () => this.tell("limits", field.value.replace(/\s+/g, "")));
    row.append(piece(words.limits, "layer-name"), field, piece(words.limits_help, "limits-help", "small"));
    return row;
  }

  colour() {
    for (const swatch of this.panel.querySelectorAll("[data-swatch]")) swatch.style.background = COLOURS[swatch.dataset.swatch];
  }
}

function remembered() {
  try {
    const found = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
    return Array.isArray(found) ? found : [];
  } catch {
    return [];
  }
}

function remember(kinds) {
  try {
    localStorage.setItem(KEPT, JSON.stringify(kinds));
  } catch {
    // a browser that keeps nothing shows every layer again next time
  }
}
