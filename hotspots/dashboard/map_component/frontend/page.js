// Tells the browser the page's language; shows nothing and takes no room. It is the first thing on a page, so it also fetches the map's
// files, which the map would ask for one after the other, all at once.

const FILES = ["map", "city_map", "decode", "find", "frame", "labels", "legend", "looks", "surface", "vendor/leaflet/leaflet-src.esm"];
for (const name of FILES) {
  const link = document.createElement("link");
  link.rel = "modulepreload";
  link.href = new URL(`../hotspots.map/${name}.js`, import.meta.url).href; // where Streamlit serves the component called map
  document.head.append(link);
}

export default function ({ data, parentElement }) {
  if (data?.lang) document.documentElement.lang = data.lang;
  if (data?.keep) {
    const [name, text] = data.keep; // the reader's own place: only this browser knows it, for a year
    document.cookie = `${name}=${encodeURIComponent(text)}; max-age=31536000; path=/; samesite=strict`;
  }
  const room = parentElement.host?.closest('[data-testid="stElementContainer"]');
  if (room) room.style.display = "none";
}
