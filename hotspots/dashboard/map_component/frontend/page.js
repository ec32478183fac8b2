// Tells the browser the page's language; shows nothing and takes no room. It is the first thing on a page, so it also fetches the map's
// files, which the map would ask for one after the other, all at once.

const FILES = [
  "map", "city_map", "decode", "find", "frame", "homicides", "labels", "legend", "looks", "dark", "styles", "street_names", "parts", "tools",
  "strip", "months", "walk", "ways", "drawing", "address", "filters", "search", "whereabouts", "surface", "wall", "link",
  "vendor/leaflet/leaflet-src.esm",
];
for (const name of FILES) {
  const link = document.createElement("link");
  link.rel = "modulepreload";
  link.href = new URL(`../hotspots.map/${name}.js`, import.meta.url).href; // where Streamlit serves the component called map
  document.head.append(link);
}

// On a narrow screen the menu is a drawer that covers the page: its button says so, and it closes once a page is chosen.
const NARROW = window.matchMedia("(max-width: 768px)");
let menu = "";

function nameMenu() {
  const button = document.querySelector('[data-testid="stExpandSidebarButton"]');
  if (!button || !menu || button.dataset.menu === menu) return;
  button.dataset.menu = menu;
  button.setAttribute("aria-label", menu);
}

// Streamlit names its own parts in English: said anew in the language of the page, up to a colon; what follows that is ours.
const SAID = ["aria-label", "title", "placeholder"];
const HELP = "Help for"; // what follows is the name of a choice, ours
let own = {};
let waiting = 0;

function inOurWords(text) {
  const [first, ...rest] = text.split(": ");
  if (own[first]) return [own[first], ...rest].join(": ");
  return own[HELP] && text.startsWith(`${HELP} `) ? text.replace(HELP, own[HELP]) : text;
}

function speak() {
  waiting = 0;
  for (const name of SAID) {
    for (const node of document.querySelectorAll(`[${name}]`)) {
      const text = node.getAttribute(name);
      const said = inOurWords(text);
      if (said !== text) node.setAttribute(name, said);
    }
  }
  // A chart is one picture with a description of ours; what its library says of each bar is English.
  for (const drawn of document.querySelectorAll('[data-testid="stVegaLiteChart"] svg')) drawn.setAttribute("aria-hidden", "true");
  for (const node of document.querySelectorAll('a[href^="#"], [data-testid="stTooltipContent"] p')) {
    if (node.childElementCount === 0 && own[node.textContent.trim()]) node.textContent = own[node.textContent.trim()];
  }
}

function speakSoon() {
  if (!waiting) waiting = setTimeout(speak, 100);
}

function closeMenu(event) {
  if (!NARROW.matches || !event.target.closest?.('[data-testid="stSidebarNavLink"]')) return;
  setTimeout(() => document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click(), 50);
}

// After the server was away Streamlit asks for nothing: a new session would not know what this page shows, nor hear the first click on it.
let back = null;
let away = false;

function watchServer() {
  const app = document.querySelector('[data-testid="stApp"]');
  const there = app?.getAttribute("data-test-connection-state") === "CONNECTED";
  if (app && away && there) setTimeout(() => back?.(), 0);
  if (app) away = !there;
}

document.addEventListener("click", closeMenu);
new MutationObserver(watchServer).observe(document.body, {
  attributes: true, attributeFilter: ["data-test-connection-state"], subtree: true,
});
new MutationObserver(nameMenu).observe(document.body, { childList: true, subtree: true });
new MutationObserver(speakSoon).observe(document.body, {
  attributes: true, attributeFilter: SAID, childList: true, subtree: true,
});

export default function ({ data, parentElement, setTriggerValue }) {
  back = () => setTriggerValue("back", Date.now());
  if (data?.lang) document.documentElement.lang = data.lang;
  if (data?.keep) {
    const [name, text] = data.keep; // the reader's own place: only this browser knows it, for a year
    document.cookie = `${name}=${encodeURIComponent(text)}; max-age=31536000; path=/; samesite=strict`;
  }
  own = data?.own ?? {};
  speakSoon();
  menu = data?.menu ?? "";
  nameMenu();
  const room = parentElement.host?.closest('[data-testid="stElementContainer"]');
  if (room) room.style.display = "none";
}
