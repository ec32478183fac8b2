// Colours of everything that is not a class, and the hatches. Legend and map take them from here, so they cannot differ.

import { DARK } from "./dark.js";

export const STATES = ["ok", "zero", "unstable", "suppressed", "no_data"];

// As on paper; on a dark page `wear` puts the colours of dark.js in their place, and more is brighter there.
export const COLOURS = {
  land: "#ebe8e1",
  water: "#c9dce6",
  waterEdge: "#b4ccd7",
  park: "#d8e4d0",
  street: "#c9c4bb",
  coast: "#a9bfca",
  border: "#6d6a63",
  service: "#56636f",
  zero: "#f6f3ed",
  zeroEdge: "#d3cdc1",
  noData: "#d9d9d9",
  noDataEdge: "#c6c6c6",
  suppressed: "#f0efec",
  hatchDark: "#8b8b8b",
  hatchLight: "rgba(255,255,255,.78)",
  hatchSoft: "rgba(112,92,64,.42)", // for classes so pale that a light hatch would vanish
  unitEdge: "rgba(255,255,255,.75)",
  casing: "rgba(62,48,30,.55)", // along both sides of a coloured street
  lane: "#ffffff", // streets beneath the units
  avenue: "#ffffff",
  avenueEdge: "#cfc8ba",
  nameStreet: "#47525c",
  nameHalo: "rgba(251,250,247,.92)",
  paper: "#fbfaf7",
  place: "#1f5f8b", // the edge of the place that the page is about
  ink: "#1b2733",
  halo: "rgba(255,255,255,.9)",
};

const LIGHT = { ...COLOURS };
let classesInTheDark = null;

// Take the colours of a theme, for every map of the page: they share one. `dark` pairs the colours of classes with those for the dark.
export function wear(theme, dark) {
  Object.assign(COLOURS, LIGHT, theme === "dark" ? DARK : {});
  classesInTheDark = theme === "dark" ? dark ?? {} : null;
}

// The colour of a class as the theme in force shows it.
export function shade(colour) {
  return classesInTheDark?.[colour] ?? colour;
}

const TILE = 7;
export const WIDE_ENOUGH = 24; // pixels: a narrower shape has no room for a hatch and takes its colour at half strength

// A square of diagonal lines that repeats without a seam. `ratio` is the screen's pixels per CSS pixel.
function tile(colour, ratio, lineWidth, down) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = TILE * Math.max(1, Math.round(ratio));
  const pen = canvas.getContext("2d");
  pen.scale(canvas.width / TILE, canvas.width / TILE);
  pen.strokeStyle = colour;
  pen.lineWidth = lineWidth;
  pen.lineCap = "square";
  pen.beginPath();
  for (const shift of [-TILE, 0, TILE]) {
    pen.moveTo(shift - 1, down ? -1 : TILE + 1);
    pen.lineTo(shift + TILE + 1, down ? TILE + 1 : -1);
  }
  pen.stroke();
  return canvas;
}

const tiles = new Map();

// A hatch that lies on whole pixels of the screen: (x, y) is where the screen's corner lies on the drawing surface. What was held back
// slopes the other way than what is uncertain.
export function hatch(pen, kind, ratio, x = 0, y = 0) {
  const name = `${COLOURS[kind]}|${kind}|${ratio}`;
  if (!tiles.has(name)) tiles.set(name, tile(COLOURS[kind], ratio, kind === "hatchDark" ? 1.2 : 1.6, kind === "hatchDark"));
  const image = tiles.get(name);
  const pattern = pen.createPattern(image, "repeat");
  const shrink = TILE / image.width;
  pattern.setTransform(new DOMMatrix([shrink, 0, 0, shrink, x % TILE, y % TILE]));
  return pattern;
}

// Whether a colour (#rrggbb) is too pale to carry a light hatch.
export function isPale(colour) {
  const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return 0.299 * parts[0] + 0.587 * parts[1] + 0.114 * parts[2] > 160;
}
