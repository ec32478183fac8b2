// What the map says in the address of the page without running it: the view and the months shown.

export function inAddress(name, value) {
  const url = new URL(location.href);
  if (value) url.searchParams.set(name, value);
  else url.searchParams.delete(name);
  if (url.href !== location.href) history.replaceState(history.state, "", url);
}

// A view out of an address, LAT,LON,ZOOM; null where it is none.
export function viewOf(text) {
  const parts = String(text ?? "").split(",");
  const [lat, lon, zoom] = parts.map(Number);
  const good = parts.length === 3 && parts.every((one) => one.trim()) && Math.abs(lat) <= 85 && Math.abs(lon) <= 180 && zoom >= 0 && zoom <= 19;
  return good ? { center: [lat, lon], zoom } : null;
}
