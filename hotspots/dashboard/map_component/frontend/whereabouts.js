// Which area is meant: by where the reader is, or by a name. Both are worked out here, in the browser, and told to nobody.

const REACH = 60; // metres
const MOST = 8;

// The area that holds a point, or the nearest within a street's reach: areas made of blocks may leave the streets out.
export function areaAt(areas, x, y) {
  const here = areas.find(([, , rings]) => inside(rings, x, y));
  if (here) return here;
  let found = null;
  let nearest = REACH;
  for (const area of areas) {
    const away = distance(area[2], x, y);
    if (away < nearest) [found, nearest] = [area, away];
  }
  return found;
}

// How far a point lies from the nearest edge of rings, in metres; good for the few metres that matter here.
function distance(rings, x, y) {
  const high = 111_195; // metres to a degree of latitude
  const wide = high * Math.cos((y * Math.PI) / 180);
  let least = Infinity;
  for (const ring of rings) {
    for (let i = 0, before = ring.length - 2; i < ring.length; before = i, i += 2) {
      const [ax, ay] = [(ring[before] - x) * wide, (ring[before + 1] - y) * high];
      const [dx, dy] = [(ring[i] - x) * wide - ax, (ring[i + 1] - y) * high - ay];
      const length = dx * dx + dy * dy;
      const along = length ? Math.max(0, Math.min(1, -(ax * dx + ay * dy) / length)) : 0;
      least = Math.min(least, Math.hypot(ax + along * dx, ay + along * dy));
    }
  }
  return least;
}

// Whether a point lies within rings, by how often a line from it to the east crosses them.
function inside(rings, x, y) {
  let within = false;
  for (const ring of rings) {
    for (let i = 0, before = ring.length - 2; i < ring.length; before = i, i += 2) {
      const [ax, ay, bx, by] = [ring[before], ring[before + 1], ring[i], ring[i + 1]];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) within = !within;
    }
  }
  return within;
}

// Letters alone, without accents: what a name is compared by.
function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();
}

// The rows [name, kind, areas] whose name holds every word of a text, as the beginning of one of its own; those that begin like it first.
export function matches(rows, text) {
  const asked = plain(text);
  if (!asked) return [];
  const words = asked.split(" ");
  const found = [];
  for (const row of rows) {
    const name = plain(row[0]);
    const own = name.split(" ");
    if (!words.every((word) => own.some((one) => one.startsWith(word)))) continue;
    found.push([name === asked ? 0 : name.startsWith(asked) ? 1 : 2, name.length, row]);
  }
  found.sort((one, other) => one[0] - other[0] || one[1] - other[1]);
  return found.slice(0, MOST).map((one) => one[2]);
}
