// Which unit lies under a point: a grid of cells narrows the search, then the exact shape decides.

export class Finder {
  constructor(geometry) {
    this.geometry = geometry;
    const { boxes, units } = geometry;
    this.west = Infinity;
    this.north = Infinity;
    let east = -Infinity;
    let south = -Infinity;
    for (let shape = units.first; shape < units.end; shape += 1) {
      if (boxes[4 * shape] > boxes[4 * shape + 2]) continue;
      this.west = Math.min(this.west, boxes[4 * shape]);
      this.north = Math.min(this.north, boxes[4 * shape + 1]);
      east = Math.max(east, boxes[4 * shape + 2]);
      south = Math.max(south, boxes[4 * shape + 3]);
    }
    const count = Math.max(1, units.end - units.first);
    this.side = Math.max(1, Math.min(256, Math.ceil(Math.sqrt(count))));
    this.cellWidth = Math.max(1e-12, (east - this.west) / this.side);
    this.cellHeight = Math.max(1e-12, (south - this.north) / this.side);
    this.cells = new Map();
    for (let shape = units.first; shape < units.end; shape += 1) this.eachCell(boxes, 4 * shape, (cell) => this.put(cell, shape));
  }

  put(cell, shape) {
    const held = this.cells.get(cell);
    if (held) held.push(shape);
    else this.cells.set(cell, [shape]);
  }

  column(x) {
    return Math.max(0, Math.min(this.side - 1, Math.floor((x - this.west) / this.cellWidth)));
  }

  row(y) {
    return Math.max(0, Math.min(this.side - 1, Math.floor((y - this.north) / this.cellHeight)));
  }

  eachCell(box, at, visit) {
    if (box[at] > box[at + 2]) return;
    const lastColumn = this.column(box[at + 2]);
    const lastRow = this.row(box[at + 3]);
    for (let row = this.row(box[at + 1]); row <= lastRow; row += 1) {
      for (let column = this.column(box[at]); column <= lastColumn; column += 1) visit(row * this.side + column);
    }
  }

  // The number of the unit at (x, y), in world pixels; for lines and points, the nearest within `reach`. -1 when there is none.
  at(x, y, reach) {
    const { boxes, units } = this.geometry;
    let found = -1;
    let nearest = reach;
    this.eachCell([x - reach, y - reach, x + reach, y + reach], 0, (cell) => {
      for (const shape of this.cells.get(cell) ?? []) {
        const box = 4 * shape;
        if (x < boxes[box] - reach || x > boxes[box + 2] + reach || y < boxes[box + 1] - reach || y > boxes[box + 3] + reach) continue;
        const distance = distanceTo(this.geometry, shape, x, y);
        if (distance < nearest || (distance === 0 && found < 0)) {
          nearest = distance;
          found = shape;
        }
      }
    });
    return found < 0 ? -1 : found - units.first;
  }
}

// 0 inside a polygon, Infinity outside it; for lines and points the true distance.
export function distanceTo(geometry, shape, x, y) {
  const { xs, ys, pathStarts, shapeStarts, closed } = geometry;
  let inside = false;
  let least = Infinity;
  for (let path = shapeStarts[shape]; path < shapeStarts[shape + 1]; path += 1) {
    const first = pathStarts[path];
    const end = pathStarts[path + 1];
    let before = closed[path] ? end - 1 : first;
    for (let i = first; i < end; i += 1) {
      if (!closed[path]) least = Math.min(least, toSegment(x, y, xs[before], ys[before], xs[i], ys[i]));
      else if (ys[i] > y !== ys[before] > y && x < ((xs[before] - xs[i]) * (y - ys[i])) / (ys[before] - ys[i]) + xs[i]) inside = !inside;
      before = i;
    }
  }
  return inside ? 0 : least;
}

function toSegment(x, y, ax, ay, bx, by) {
  const dx = bx - ax;
  const dy = by - ay;
  const length = dx * dx + dy * dy;
  const along = length ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length)) : 0;
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
}
