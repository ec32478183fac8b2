// Tells the browser the page's language; shows nothing and takes no room.

export default function ({ data, parentElement }) {
  if (data?.lang) document.documentElement.lang = data.lang;
  const room = parentElement.host?.closest('[data-testid="stElementContainer"]');
  if (room) room.style.display = "none";
}
