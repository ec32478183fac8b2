// The legend: title, one row for each class and for each state that occurs, number of units, note.

import { COLOURS, hatch } from "./looks.js";
import { lineLook, unitLook } from "./styles.js";

const WIDTH = 26;
const HEIGHT = 16;
const APART = 10; // pixels from the edge of the map
const SCALE_BAR = 30; // pixels that the scale takes up in its corner
const SHORT = 15; // letters of a label that fit beside another one on a phone

// Whether a label has a line of its own where the legend stands below the map.
export function isWide(label) {
  return label.length > SHORT ? "yes" : "no";
}

// The corner of a map, `size` in pixels, in which a legend of `room` hides least of the units; `middle` and `scale` say how they lie on
// the screen. Where it makes little difference that is the lower right one.
export function quietCorner({ boxes, units }, middle, scale, size, room) {
  const [right, below] = [size.x - room.x - APART, size.y - room.y - APART];
  const corners = { low: [right, below], high: [right, APART], left: [APART, below - SCALE_BAR] };
  const hidden = {};
  for (const [name, [x, y]] of Object.entries(corners)) {
    const [west, north] = [(x - size.x / 2) / scale + middle.x, (y - size.y / 2) / scale + middle.y];
    const [east, south] = [west + room.x / scale, north + room.y / scale];
    hidden[name] = 0;
    for (let at = 4 * units.first; at < 4 * units.end; at += 4) {
      const across = Math.min(boxes[at + 2], east) - Math.max(boxes[at], west);
      const down = Math.min(boxes[at + 3], south) - Math.max(boxes[at + 1], north);
      if (across >= 0 && down >= 0) hidden[name] += (across * scale + 1) * (down * scale + 1);
    }
  }
  const least = Object.keys(corners).sort((one, other) => hidden[one] - hidden[other])[0];
  return hidden[least] < hidden.low / 2 ? least : "low";
}

// `many`: so many units are uncertain that none is hatched.
export function drawLegend(box, values, streets, many) {
  // The rest of the page writes Latin America's Spanish: 2,114 rather than 2114.
  const number = new Intl.NumberFormat(values.words.locale);
  const title = element("p", "legend-title", values.legend_title);
  const rows = element("ul", "legend-rows");
  for (const [kind, label, colour, units] of values.legend) {
    const row = element("li", "legend-row");
    row.dataset.kind = kind;
    row.dataset.wide = isWide(label);
    const swatch = kind === "class" ? swatchOf("ok", colour, streets) : swatchOf(kind, colour ?? values.colours[1] ?? values.colours[0], streets, many);
    const count = element("span", "legend-count", units === null ? "" : number.format(units));
    count.title = values.words.units;
    row.append(swatch, element("span", "legend-label", label), count);
    rows.append(row);
  }
  box.replaceChildren(title, rows);
  if (values.legend_note) box.append(element("p", "legend-note", values.legend_note));
  box.setAttribute("aria-label", values.words.legend);
  box.hidden = !values.legend.length && !values.legend_title;
}

function element(tag, name, text = "") {
  const made = document.createElement(tag);
  made.className = name;
  if (text) made.textContent = text;
  return made;
}

// Draw a swatch with the very fills and hatches of the map.
function swatchOf(state, colour, street, many = false) {
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  const canvas = element("canvas", "swatch");
  canvas.setAttribute("aria-hidden", "true");
  canvas.width = WIDTH * ratio;
  canvas.height = HEIGHT * ratio;
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  if (street) {
    const line = lineLook({ state, level: 0 }, [colour]);
    const thick = line.cased ? 6 : line.width * 4;
    const stroke = (style, width, dash) => {
      pen.strokeStyle = style;
      pen.lineWidth = width;
      pen.setLineDash(dash);
      pen.beginPath();
      pen.moveTo(0, HEIGHT / 2);
      pen.lineTo(WIDTH, HEIGHT / 2);
      pen.stroke();
    };
    canvas.classList.add("street");
    if (line.cased) stroke(COLOURS.casing, thick + 1.4, []);
    if (line.cased) stroke(COLOURS.zero, thick, []);
    stroke(line.colour, thick, line.dash.map((length) => length * Math.min(thick, 4)));
    return canvas;
  }
  const look = unitLook({ state, level: 0 }, [colour]);
  const pale = many && state === "unstable";
  if (pale) pen.fillStyle = COLOURS.zero;
  if (pale) pen.fillRect(0, 0, WIDTH, HEIGHT);
  pen.globalAlpha = pale ? 0.5 : 1;
  pen.fillStyle = look.fill;
  pen.fillRect(0, 0, WIDTH, HEIGHT);
  pen.globalAlpha = 1;
  if (pale) {
    pen.strokeStyle = look.fill;
    pen.lineWidth = 3;
    pen.strokeRect(0, 0, WIDTH, HEIGHT);
  }
  if (look.hatch && !pale) {
    pen.fillStyle = hatch(pen, look.hatch, ratio);
    pen.fillRect(0, 0, WIDTH, HEIGHT);
  }
  return canvas;
}
