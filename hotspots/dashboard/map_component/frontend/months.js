// Any months of a map of counts, worked out here: the same classes over all periods, and nothing is asked of the server.

// Return `values` as they are in the months from `start` to `end` (exclusive, counted from the first month).
export function inMonths(values, start, end, number) {
  const { limits } = values.months;
  const { unit, at, n } = values.byMonth;
  const counts = new Int32Array(values.states.length);
  for (let i = 0; i < unit.length; i += 1) if (at[i] >= start && at[i] < end) counts[unit[i]] += n[i];
  const classes = new Int32Array(counts.length);
  const states = new Int32Array(counts.length);
  const held = limits.map(() => 0);
  let none = 0;
  for (let i = 0; i < counts.length; i += 1) {
    states[i] = values.states[i] > 1 ? values.states[i] : counts[i] ? 0 : 1; // 0 and 1 are "ok" and "zero"
    if (counts[i]) {
      let level = 0;
      while (level + 1 < limits.length && counts[i] >= limits[level + 1]) level += 1;
      classes[i] = level + 1;
      held[level] += 1;
    } else none += states[i] === 1 ? 1 : 0;
  }
  const most = counts.reduce((a, b) => Math.max(a, b), 0);
  const texts = Array.from({ length: most + 1 }, (_, k) => number.format(k));
  return {
    ...values,
    classes,
    states,
    tips: [{ label: values.tips[0].label, texts, codes: counts }, ...values.tips.slice(1)],
    legend: legendOf(values, held, none, number),
    legend_note: noteOf(values, counts, start, end, number),
    kept: values, // what came from the server
  };
}

function legendOf(values, held, none, number) {
  const { limits } = values.months;
  let level = -1;
  const rows = values.legend.map(([kind, label, colour, units]) => {
    if (kind === "zero") return [kind, label, colour, none];
    if (kind !== "class") return [kind, label, colour, units];
    level += 1;
    const last = level === limits.length - 1 && limits.length > 1;
    return [kind, last ? values.words.or_more.replace("{low}", number.format(limits[level])) : label, colour, held[level]];
  });
  if (none && !rows.some(([kind]) => kind === "zero")) rows.push(["zero", values.words.zero, null, none]);
  return rows;
}

function noteOf(values, counts, start, end, number) {
  const killed = values.months.all.slice(start, end).reduce((a, b) => a + b, 0);
  const on = counts.reduce((a, b) => a + b, 0);
  return values.words.on_map.replace("{n}", number.format(on)).replace("{total}", number.format(killed));
}

// The month `at` places after the first one, as 2022-01.
export function monthText(first, at) {
  const [year, month] = first.split("-").map(Number);
  const all = year * 12 + month - 1 + at;
  return `${Math.floor(all / 12)}-${String((all % 12) + 1).padStart(2, "0")}`;
}

// How many months a month lies after the first one.
export function monthAt(first, text) {
  const [year, month] = first.split("-").map(Number);
  const [y, m] = text.split("-").map(Number);
  return y * 12 + m - (year * 12 + month);
}
