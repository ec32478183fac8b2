const { areas, names, words } = JSON.parse(document.getElementById("data").textContent);
const field = document.getElementById("asked");
const list = document.getElementById("found");
const said = document.getElementById("said");

// Links to the cards of areas, each with what led to it; text from data is only ever set as text.
function offer(rows) {
  list.replaceChildren(
    ...rows.map(([area, why]) => {
      const link = document.createElement("a");
      link.href = areas[area][3];
      link.textContent = areas[area][1];
      const item = document.createElement("li");
      item.append(link, why && why !== areas[area][1] ? ` · ${why}` : "");
      return item;
    }),
  );
}

field.addEventListener("input", () => {
  const rows = matches(names, field.value).flatMap(([name, , of]) => of.map((area) => [area, name]));
  offer(rows);
  said.textContent = !field.value.trim() ? "" : rows.length ? words.found.replace("{n}", rows.length) : words.none;
});

document.getElementById("near").addEventListener("click", () => {
  const failed = () => {
    offer([]);
    said.textContent = words.failed;
  };
  if (!navigator.geolocation) return failed();
  return navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      const here = areaAt(areas, coords.longitude, coords.latitude);
      offer(here ? [[areas.indexOf(here), ""]] : []);
      said.textContent = here ? `${words.here}: ${here[1]}` : words.outside;
    },
    failed,
    { enableHighAccuracy: true, timeout: 10000, maximumAge: 60000 },
  );
});

document.getElementById("search").hidden = false;
