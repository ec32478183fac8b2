// Bars and cells that filter when they are clicked. Text from data is only ever set as text, never as HTML.

const views = new WeakMap(); // the component's root → its view

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".filters");
  const view = views.get(root) ?? { text: "" };
  view.send = (pick) => setTriggerValue("picked", pick);
  views.set(root, view);
  root.dataset.theme = themeOf(root);
  const text = JSON.stringify(data);
  if (view.text === text) return;
  view.text = text;
  const at = root.contains(root.getRootNode().activeElement) ? root.getRootNode().activeElement.dataset.pick : undefined;
  const parts = data.bars.map((bar) => barOf(bar, data.words, view));
  if (data.week) parts.push(weekOf(data.week, data.words, view));
  root.replaceChildren(...parts);
  if (at) root.querySelector(`button[data-pick="${CSS.escape(at)}"]`)?.focus();
}

// Streamlit gives its theme as CSS variables; a dark background means the dark theme.
function themeOf(root) {
  const probe = document.createElement("span");
  probe.style.color = "var(--st-background-color)";
  root.append(probe);
  const [red, green, blue] = (getComputedStyle(probe).color.match(/[\d.]+/g) ?? [255, 255, 255]).map(Number);
  probe.remove();
  return 0.299 * red + 0.587 * green + 0.114 * blue < 110 ? "dark" : "light";
}

function made(tag, name, text = "") {
  const part = document.createElement(tag);
  if (name) part.className = name;
  if (text) part.textContent = text;
  return part;
}

function button(one, said, words, view) {
  const part = made("button");
  part.type = "button";
  part.dataset.pick = one.pick;
  part.setAttribute("aria-pressed", String(one.on));
  part.setAttribute("aria-label", said);
  part.title = one.on ? words.remove : words.filter;
  part.addEventListener("click", () => view.send(one.pick));
  return part;
}

function barOf({ label, parts }, words, view) {
  const box = made("div", "field");
  const named = made("div", "named");
  named.append(made("span", "label", label));
  const any = parts.some((one) => one.on);
  for (const one of parts) {
    const said = `${label}: ${one.label}, ${one.n}`;
    const part = one.pick ? button(one, said, words, view) : made("span", "rest");
    part.append(made("span", "", one.label), " ", made("b", "", one.n));
    named.append(part);
  }
  const bar = made("div", "bar");
  bar.setAttribute("aria-hidden", "true");
  for (const one of parts) {
    const piece = made("i", `${one.look}${any && !one.on ? " pale" : ""}${one.pick ? " can" : ""}`);
    piece.style.flexGrow = String(one.share);
    piece.title = `${one.label} ${one.n}`;
    if (one.pick) piece.addEventListener("click", () => view.send(one.pick));
    bar.append(piece);
  }
  box.append(named, bar);
  return box;
}

function weekOf({ heads, rows }, words, view) {
  const table = made("table", heads.length > 12 ? "week many" : "week");
  table.setAttribute("aria-label", words.week);
  const top = made("tr");
  top.append(made("td"));
  for (const [at, one] of heads.entries()) {
    const head = made("th");
    head.scope = "col";
    const pick = button(one, one.said, words, view);
    pick.textContent = heads.length > 12 && at % 3 ? "" : one.label;
    head.append(pick);
    top.append(head);
  }
  table.append(top);
  const any = rows.some((row) => row.on || row.cells.some((cell) => cell.on)) || heads.some((head) => head.on);
  for (const row of rows) {
    const line = made("tr");
    const head = made("th");
    head.scope = "row";
    const pick = button(row, row.label, words, view);
    pick.textContent = row.label.slice(0, 3);
    head.append(pick);
    line.append(head);
    for (const [at, cell] of row.cells.entries()) {
      const place = made("td");
      const part = button(cell, `${cell.label}: ${cell.n || "0"}`, words, view);
      part.textContent = cell.n;
      const kept = (row.on || !rows.some((one) => one.on)) && (heads[at].on || !heads.some((one) => one.on));
      part.className = `heat${cell.heat}${any && !kept ? " pale" : ""}`;
      place.append(part);
      line.append(place);
    }
    table.append(line);
  }
  oneStop(table);
  return table;
}

// One stop of the Tab key; from there the arrow keys go from cell to cell.
function oneStop(table) {
  const lines = [...table.rows].map((row) => [...row.cells].map((cell) => cell.querySelector("button")));
  for (const part of table.querySelectorAll("button")) part.tabIndex = -1;
  lines[1][1].tabIndex = 0;
  table.addEventListener("keydown", (event) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!step) return;
    const y = lines.findIndex((line) => line.includes(event.target));
    const x = y < 0 ? -1 : lines[y].indexOf(event.target);
    const next = lines[y + step[0]]?.[x + step[1]];
    if (!next) return;
    event.preventDefault();
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
}
