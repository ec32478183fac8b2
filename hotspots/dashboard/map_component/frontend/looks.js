// Colours of everything that is not a class, and the hatches. Legend and map take them from here, so they cannot differ.

export const STATES = ["ok", "zero", "unstable", "suppressed", "no_data"];

// On a dark page the city stays a sheet of paper, a little dimmed by the style sheet: so no class changes places with another.
export const COLOURS = {
  land: "#f1efe9",
  water: "#cfe0e8",
  waterEdge: "#b4ccd7",
  park: "#dfe8d8",
  street: "#c9c4bb",
  coast: "#a9bfca",
  border: "#6d6a63",
  service: "#56636f",
  zero: "#fdfcf9",
  zeroEdge: "#d3cdc1",
  noData: "#d9d9d9",
  noDataEdge: "#c6c6c6",
  suppressed: "#f0efec",
  hatchDark: "#8b8b8b",
  hatchLight: "rgba(255,255,255,.78)",
  hatchSoft: "rgba(112,92,64,.42)", // for classes so pale that a light hatch would vanish
  unitEdge: "rgba(255,255,255,.75)",
  casing: "rgba(62,48,30,.55)", // along both sides of a coloured street
  ink: "#1b2733",
  halo: "rgba(255,255,255,.9)",
};

const TILE = 7;

// A square of diagonal lines that repeats without a seam. `ratio` is the screen's pixels per CSS pixel.
function tile(colour, ratio, lineWidth) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = TILE * Math.max(1, Math.round(ratio));
  const pen = canvas.getContext("2d");
  pen.scale(canvas.width / TILE, canvas.width / TILE);
  pen.strokeStyle = colour;
  pen.lineWidth = lineWidth;
  pen.lineCap = "square";
  pen.beginPath();
  for (const shift of [-TILE, 0, TILE]) {
    pen.moveTo(shift - 1, TILE + 1);
    pen.lineTo(shift + TILE + 1, -1);
  }
  pen.stroke();
  return canvas;
}

const tiles = new Map();

// A hatch whose lines stay on the ground while the map is moved: (x, y) is where the drawing surface begins, in layer pixels.
export function hatch(pen, kind, ratio, x = 0, y = 0) {
  const name = `${kind}|${ratio}`;
  if (!tiles.has(name)) tiles.set(name, tile(COLOURS[kind], ratio, kind === "hatchLight" ? 1.6 : 1.2));
  const image = tiles.get(name);
  const pattern = pen.createPattern(image, "repeat");
  const shrink = TILE / image.width;
  pattern.setTransform(new DOMMatrix([shrink, 0, 0, shrink, -(x % TILE), -(y % TILE)]));
  return pattern;
}

// Whether a colour (#rrggbb) is too pale to carry a light hatch.
export function isPale(colour) {
  const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return 0.299 * parts[0] + 0.587 * parts[1] + 0.114 * parts[2] > 205;
}
