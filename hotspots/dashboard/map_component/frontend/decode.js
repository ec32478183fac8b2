// Reads the messages that payload.py writes; its opening text explains the form.

const utf8 = new TextDecoder();

// Split a message into its head (an object), its values block and its geometry block (null when it carries none).
export function openEnvelope(bytes) {
  if (utf8.decode(bytes.subarray(0, 4)) !== "HSM1") throw new Error("This is not a map message.");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pieces = [];
  let at = 4;
  for (let piece = 0; piece < 3; piece += 1) {
    const length = view.getUint32(at, true);
    pieces.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  const [head, values, geometry] = pieces;
  return { head: JSON.parse(utf8.decode(head)), values, geometry: geometry.length ? geometry : null };
}

async function unpack(block) {
  const stream = new Blob([block]).stream().pipeThrough(new DecompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const textLength = new DataView(bytes.buffer).getUint32(0, true);
  const meta = JSON.parse(utf8.decode(bytes.subarray(4, 4 + textLength)));
  const arrays = {};
  let at = 4 + textLength;
  for (const [name, count, width, kind] of meta.arrays) {
    arrays[name] = joinPlanes(bytes.subarray(at, at + count * width), count, width, kind);
    at += count * width;
  }
  return { meta, arrays };
}

function joinPlanes(planes, count, width, kind) {
  const joined = new Int32Array(count);
  for (let plane = 0; plane < width; plane += 1) {
    const shift = 8 * plane;
    const from = plane * count;
    for (let i = 0; i < count; i += 1) joined[i] |= planes[from + i] << shift;
  }
  if (kind !== "delta") return joined;
  let last = 0;
  for (let i = 0; i < count; i += 1) {
    const folded = joined[i];
    last += (folded >>> 1) ^ -(folded & 1);
    joined[i] = last;
  }
  return joined;
}

function runningStarts(counts) {
  const starts = new Uint32Array(counts.length + 1);
  for (let i = 0; i < counts.length; i += 1) starts[i + 1] = starts[i] + counts[i];
  return starts;
}

export async function decodeValues(block) {
  const { meta, arrays } = await unpack(block);
  const tips = meta.tips.map((tip, number) => ({ label: tip.label, texts: tip.texts, codes: arrays[`tip${number}`] }));
  const outlines = (meta.outlines ?? []).map(([number, lon, lat, rings, along, units, killed]) => {
    return { number, lon, lat, along, units, killed, at: worldPixel(lon, lat), rings: rings.map(pixelsOf) };
  });
  const byMonth = meta.months ? { unit: arrays.month_unit, at: arrays.month_at, n: arrays.month_n } : null;
  return { ...meta, byMonth, tips, outlines, classes: arrays.classes, states: arrays.states };
}

function pixelsOf(ring) {
  const found = [];
  for (let i = 0; i < ring.length; i += 2) found.push(worldPixel(ring[i], ring[i + 1]));
  return found;
}

// Vertices become pixels of the world at zoom 0 (Web Mercator, 256 wide), which is what Leaflet scales by powers of two.
export async function decodeGeometry(block) {
  const { meta, arrays } = await unpack(block);
  const { x, y } = arrays;
  const [originX, originY] = meta.origin;
  const xs = new Float64Array(x.length);
  const ys = new Float64Array(y.length);
  for (let i = 0; i < x.length; i += 1) {
    const spot = worldPixel((x[i] + originX) * meta.step, (y[i] + originY) * meta.step);
    xs[i] = spot[0];
    ys[i] = spot[1];
  }
  const pathStarts = runningStarts(arrays.sizes);
  const shapeStarts = runningStarts(arrays.per_shape);
  let first = 0;
  const layers = meta.layers.map(([kind, count]) => {
    first += count;
    return { kind, first: first - count, end: first };
  });
  const units = layers.pop();
  return {
    ids: meta.ids,
    names: meta.names,
    labels: meta.labels.map(([kind, text, lon, lat, line, shape]) => ({ kind, text, lon, lat, line, shape })),
    bounds: meta.bounds,
    xs,
    ys,
    pathStarts,
    shapeStarts,
    closed: arrays.closed,
    layers,
    units,
    boxes: boxesOf(xs, ys, pathStarts, shapeStarts),
  };
}

export function worldPixel(lon, lat) {
  const sine = Math.sin((Math.max(-85.05, Math.min(85.05, lat)) * Math.PI) / 180);
  return [((lon + 180) / 360) * 256, (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * 256];
}

// Four numbers a shape: least x, least y, greatest x, greatest y; a shape without vertices gets an impossible box.
function boxesOf(xs, ys, pathStarts, shapeStarts) {
  const count = shapeStarts.length - 1;
  const boxes = new Float64Array(4 * count);
  for (let shape = 0; shape < count; shape += 1) {
    let west = Infinity;
    let north = Infinity;
    let east = -Infinity;
    let south = -Infinity;
    for (let i = pathStarts[shapeStarts[shape]]; i < pathStarts[shapeStarts[shape + 1]]; i += 1) {
      if (xs[i] < west) west = xs[i];
      if (xs[i] > east) east = xs[i];
      if (ys[i] < north) north = ys[i];
      if (ys[i] > south) south = ys[i];
    }
    boxes.set([west, north, east, south], 4 * shape);
  }
  return boxes;
}
