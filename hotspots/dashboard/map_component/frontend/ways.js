// From place to place in the direction pressed: on the map on screen, and in pages that stand alone.

export const WAYS = { ArrowUp: [0, -1, "up"], ArrowRight: [1, 0, "right"], ArrowDown: [0, 1, "down"], ArrowLeft: [-1, 0, "left"] };

const ASIDE = 2; // a place that lies aside counts as so much farther

// The middle of a unit's box, in pixels of the world.
export function middleOf({ boxes, units }, unit) {
  const at = 4 * (unit + units.first);
  return [(boxes[at] + boxes[at + 2]) / 2, (boxes[at + 1] + boxes[at + 3]) / 2];
}

// The unit that lies nearest in a direction, [x, y] of one step; −1 where none does.
export function nextUnit(geometry, from, [wayX, wayY]) {
  const { boxes, units } = geometry;
  const [x, y] = middleOf(geometry, from);
  let found = -1;
  let least = Infinity;
  for (let shape = units.first; shape < units.end; shape += 1) {
    const at = 4 * shape;
    if (shape - units.first === from || boxes[at] > boxes[at + 2]) continue;
    const dx = (boxes[at] + boxes[at + 2]) / 2 - x;
    const dy = (boxes[at + 1] + boxes[at + 3]) / 2 - y;
    const ahead = dx * wayX + dy * wayY;
    const aside = Math.abs(dx * wayY) + Math.abs(dy * wayX);
    if (ahead <= 0 || aside > ahead * 1.5) continue;
    const cost = ahead + ASIDE * aside;
    if (cost < least) [least, found] = [cost, shape - units.first];
  }
  return found;
}

// What lies beside a unit, as a screen reader says it: in each direction the next place and its value, which `valueOf` tells.
export function neighbours(geometry, valueOf, unit, words) {
  const said = [];
  for (const [x, y, way] of Object.values(WAYS)) {
    const next = nextUnit(geometry, unit, [x, y]);
    if (next < 0) continue;
    const value = valueOf(next);
    said.push(`${words[way]}: ${geometry.names[next]}${value ? `, ${value}` : ""}`);
  }
  return said.join("; ");
}

// The place nearest to a point in pixels of the world; −1 where there is none.
export function nearestUnit(geometry, [x, y]) {
  let found = -1;
  let least = Infinity;
  for (let unit = 0; unit < geometry.units.end - geometry.units.first; unit += 1) {
    const [midX, midY] = middleOf(geometry, unit);
    const far = Math.hypot(midX - x, midY - y);
    if (far < least) [least, found] = [far, unit];
  }
  return found;
}

// What is said aloud of a place: its name, the lines of its tip, and what lies beside it.
export function aloud(name, lines, beside = "") {
  const said = lines.map(([label, text]) => (label ? `${label}: ${text}` : text));
  return [name, ...said, beside].filter(Boolean).map((text) => text.replace(/\.$/, "")).join(". ");
}
