// Names of streets, written along the straightest stretch of each that has room; avenues first, never through a number or another name.

import { COLOURS } from "./looks.js";

const MOST = 40;
const ALL_UNDER = 3; // metres to a pixel: nearer than this every street that has room is named
const NONE_ABOVE = 14; // farther away no street is named, and no avenue from twice of it
const BENT = 0.5; // radians that a stretch may turn in all
const STRAIGHT = 0.06; // under this it is written as one word

export class StreetNames {
  // Write them, and return how many; `taken` are boxes [left, top, right, bottom] on the drawing surface.
  draw(pen, geometry, frame, taken, metres) {
    const found = this.candidates(geometry, frame, metres);
    const most = metres < ALL_UNDER ? 4 * MOST : MOST;
    const spots = taken.map((box) => [...box]);
    let written = 0;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    for (const { text, avenue, line } of found) {
      if (written >= most) break;
      pen.font = avenue ? '600 12px "Source Sans", "Source Sans Pro", sans-serif' : '12px "Source Sans", "Source Sans Pro", sans-serif';
      const width = pen.measureText(text).width;
      const stretch = straightest(line, width + 14, frame);
      if (!stretch) continue;
      const boxes = boxesAlong(stretch, width);
      if (boxes.some((box) => spots.some((other) => touch(box, other)))) continue;
      spots.push(...boxes);
      write(pen, text, width, stretch);
      written += 1;
    }
    return written;
  }

  // The named lines in view with their points on the drawing surface: avenues, then the longest streets.
  candidates(geometry, frame, metres) {
    const { boxes, xs, ys, pathStarts, shapeStarts, labels } = geometry;
    const { scale, left, top } = frame;
    const found = [];
    for (const { kind, text, line } of labels) {
      const avenue = kind === "avenue";
      if (line < 0 || (kind !== "street" && !avenue) || metres > (avenue ? 2 : 1) * NONE_ABOVE) continue;
      const at = 4 * line;
      if (boxes[at] * scale - left > frame.width || boxes[at + 2] * scale - left < 0) continue;
      if (boxes[at + 1] * scale - top > frame.height || boxes[at + 3] * scale - top < 0) continue;
      if (Math.hypot(boxes[at + 2] - boxes[at], boxes[at + 3] - boxes[at + 1]) * scale < 5 * text.length) continue;
      let longest = [];
      let most = 0;
      for (let path = shapeStarts[line]; path < shapeStarts[line + 1]; path += 1) {
        const points = [];
        for (let i = pathStarts[path]; i < pathStarts[path + 1]; i += 1) points.push([xs[i] * scale - left, ys[i] * scale - top]);
        const length = lengthOf(points);
        if (length > most) [longest, most] = [points, length];
      }
      found.push({ text, avenue, line: longest, length: most });
    }
    return found.sort((a, b) => Number(b.avenue) - Number(a.avenue) || b.length - a.length || (a.text < b.text ? -1 : 1));
  }
}

function lengthOf(points) {
  let sum = 0;
  for (let i = 1; i < points.length; i += 1) sum += Math.hypot(points[i][0] - points[i - 1][0], points[i][1] - points[i - 1][1]);
  return sum;
}

// The part of a line, `needed` pixels long and wholly on the drawing surface, that turns least; null where none has room.
function straightest(line, needed, frame) {
  const steps = [];
  let along = 0;
  for (let i = 1; i < line.length; i += 1) {
    const [dx, dy] = [line[i][0] - line[i - 1][0], line[i][1] - line[i - 1][1]];
    const length = Math.hypot(dx, dy);
    if (!length) continue;
    steps.push({ from: along, to: along + length, at: line[i - 1], dx: dx / length, dy: dy / length, angle: Math.atan2(dy, dx) });
    along += length;
  }
  if (along < needed) return null;
  let best = null;
  const pace = Math.max(12, (along - needed) / 40);
  const middle = [frame.margin.x + (frame.width - 2 * frame.margin.x) / 2, frame.margin.y + (frame.height - 2 * frame.margin.y) / 2];
  for (let start = 0; start <= along - needed; start += pace) {
    const [first, last, half] = [spot(steps, start), spot(steps, start + needed), spot(steps, start + needed / 2)];
    if (!within(first, frame) || !within(last, frame)) continue;
    const turn = turning(steps, start, start + needed);
    if (turn > BENT) continue;
    const away = Math.hypot(half[0] - middle[0], half[1] - middle[1]) / frame.width;
    const cost = turn + 0.25 * away;
    if (!best || cost < best.cost) best = { cost, turn, steps, start, needed };
  }
  return best;
}

function spot(steps, along) {
  const step = steps.find(({ to }) => to >= along) ?? steps.at(-1);
  const rest = Math.min(along, step.to) - step.from;
  return [step.at[0] + step.dx * rest, step.at[1] + step.dy * rest, step.angle];
}

function within([x, y], { margin, width, height }) {
  return x > margin.x && y > margin.y && x < width - margin.x && y < height - margin.y;
}

function turning(steps, from, to) {
  let sum = 0;
  let before = null;
  for (const { from: start, to: end, angle } of steps) {
    if (end < from || start > to) continue;
    if (before !== null) {
      const turn = Math.abs(angle - before) % (2 * Math.PI);
      sum += Math.min(turn, 2 * Math.PI - turn);
    }
    before = angle;
  }
  return sum;
}

// Small boxes along a stretch, which together cover its name.
function boxesAlong({ steps, start, needed }, width) {
  const boxes = [];
  const from = start + (needed - width) / 2;
  for (let along = from; along <= from + width; along += 9) {
    const [x, y] = spot(steps, along);
    boxes.push([x - 8, y - 8, x + 8, y + 8]);
  }
  return boxes;
}

function touch(a, b) {
  return a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];
}

function write(pen, text, width, { steps, start, needed, turn }) {
  const [fromX, , ] = spot(steps, start);
  const [toX, , ] = spot(steps, start + needed);
  const backwards = toX < fromX; // read from left to right
  const at = (along) => spot(steps, backwards ? start + needed - along : start + along);
  const parts = [];
  if (turn < STRAIGHT) parts.push([text, at(needed / 2)]);
  let along = (needed - width) / 2;
  for (const letter of turn < STRAIGHT ? "" : text) {
    const wide = pen.measureText(letter).width;
    parts.push([letter, at(along + wide / 2)]);
    along += wide;
  }
  pen.strokeStyle = COLOURS.nameHalo;
  pen.fillStyle = COLOURS.nameStreet;
  pen.lineWidth = 3;
  for (const letters of ["strokeText", "fillText"]) {
    for (const [part, [x, y, angle]] of parts) {
      pen.save();
      pen.translate(x, y);
      pen.rotate(backwards ? angle + Math.PI : angle);
      pen[letters](part, 0, 0);
      pen.restore();
    }
  }
}
