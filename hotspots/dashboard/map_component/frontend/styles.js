// How units and what lies around them look: one look for each class and state, one for each kind of layer.

import { COLOURS, STATES, isPale, shade } from "./looks.js";

// Units of one look together: first the quiet states, then the classes from low to high, so that the darkest edge lies on top.
export function groupsOf(geometry, values) {
  const groups = new Map();
  const { first, end } = geometry.units;
  for (let shape = first; shape < end; shape += 1) {
    const unit = shape - first;
    const state = unit < values.states.length ? STATES[values.states[unit]] : "no_data";
    const level = unit < values.classes.length ? values.classes[unit] - 1 : -1;
    const name = `${state}|${level}`;
    if (!groups.has(name)) groups.set(name, { state, level, areas: [], lines: [] });
    const isArea = geometry.closed[geometry.shapeStarts[shape]] === 1;
    groups.get(name)[isArea ? "areas" : "lines"].push(shape);
  }
  return [...groups.values()].sort((a, b) => a.level - b.level);
}

// Whether more than a third of the units that have a colour would be hatched: then the map would be all hatch.
export function manyUnstable(groups) {
  const sum = (found) => found.reduce((all, { areas, lines }) => all + areas.length + lines.length, 0);
  const coloured = groups.filter(({ level }) => level >= 0);
  return sum(coloured.filter(({ state }) => state === "unstable")) * 3 > sum(coloured);
}

// Fill, outline and hatch of one group. A unit whose class has no colour is shown as no data rather than as nothing.
export function unitLook({ state, level }, classColours) {
  const own = classColours[level] && shade(classColours[level]);
  if (state === "zero") return { fill: COLOURS.zero, edge: COLOURS.zeroEdge, pale: true };
  if (state === "suppressed") return { fill: COLOURS.suppressed, edge: COLOURS.noDataEdge, hatch: "hatchDark", pale: true };
  if (own && state === "unstable") return { fill: own, edge: COLOURS.unitEdge, hatch: isPale(own) ? "hatchSoft" : "hatchLight" };
  if (own && state === "ok") return { fill: own, edge: COLOURS.unitEdge };
  return { fill: COLOURS.noData, edge: COLOURS.noDataEdge, pale: true };
}

// A street: thin and pale where there was no homicide, thick in the colour of its class, dashed where that is uncertain.
export function lineLook({ state, level }, classColours) {
  const own = classColours[level] && shade(classColours[level]);
  if (state === "zero") return { colour: COLOURS.street, width: 0.32, dash: [] };
  if (state === "suppressed") return { colour: COLOURS.hatchDark, width: 0.6, dash: [1.4, 1.6] };
  if (own && (state === "ok" || state === "unstable")) return { colour: own, width: 1, dash: state === "ok" ? [] : [1.6, 0.9], cased: true };
  return { colour: COLOURS.street, width: 0.32, dash: [1, 3] };
}

export function contextStyle(kind, zoom) {
  const streetWidth = Math.max(0.35, Math.min(5, 0.5 * 2 ** ((zoom - 12.5) * 0.6)));
  const border = { colour: COLOURS.border, width: 0.9, alpha: 0.45 };
  const styles = {
    water: { fill: COLOURS.water, edge: { colour: COLOURS.waterEdge, width: 0.6 }, line: { colour: COLOURS.water, width: Math.max(1.5, streetWidth * 2) } },
    park: { fill: COLOURS.park },
    street: { fill: COLOURS.lane, line: { colour: COLOURS.lane, width: Math.max(0.6, streetWidth * 0.8), alpha: zoom < 12 ? 0.6 : 1 } },
    avenue: {
      casing: { colour: COLOURS.avenueEdge, width: Math.max(1.6, streetWidth * 2 + 1.4) },
      line: { colour: COLOURS.avenue, width: Math.max(1, streetWidth * 2) },
    },
    coast: { land: COLOURS.land, edge: { colour: COLOURS.coast, width: 1 }, line: { colour: COLOURS.coast, width: 1.2 } },
    boundary: { land: COLOURS.land, above: { ...border, width: 1.1 } },
    district: { above: border },
    service: { dots: true },
  };
  return styles[kind] ?? { line: { colour: COLOURS.street, width: 1 } };
}
