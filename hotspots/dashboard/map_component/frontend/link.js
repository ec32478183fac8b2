// A button that copies the shortest address of the page as it stands, with what the map keeps in it by itself; and, where asked for, a field
// that saves this address under a name. Text from data is only ever set as text.

import { part, piece } from "./parts.js";

const views = new WeakMap(); // the component's root → its parts

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".link");
  const view = views.get(root) ?? (data.save ? saving(root) : copying(root));
  views.set(root, view);
  view.send = (value) => setTriggerValue("saved", value);
  view.data = data;
  root.lang = data.lang;
  view.label(data);
}

// The address without the parts that hold where nobody chose: `usual` has them as name and value.
export function shortest(address, usual) {
  const from = new URL(address);
  const kept = [...from.searchParams].filter(([name, value]) => usual[name] !== value);
  const said = kept.map(([name, value]) => `${encodeURIComponent(name)}=${plain(value)}`).join("&");
  return `${from.origin}${from.pathname}${said ? `?${said}` : ""}`;
}

// What a query may hold as it stands stays readable.
function plain(value) {
  return encodeURIComponent(value).replace(/%(3A|2C|2F|3B|40)/g, decodeURIComponent).replaceAll("%20", "+");
}

function copying(root) {
  const button = part("button", "copy", { type: "button" });
  const told = part("span", "told", { role: "status" });
  const field = part("input", "address", { type: "text", readonly: "" });
  field.hidden = true;
  const view = {
    label(data) {
      button.textContent = data.label;
      field.setAttribute("aria-label", data.label);
      const now = shortest(location.href, data.usual);
      if (field.value && field.value !== now) {
        field.value = "";
        field.hidden = true;
        told.textContent = "";
      }
    },
  };
  button.addEventListener("click", async () => {
    field.value = shortest(location.href, view.data.usual);
    field.hidden = false;
    told.textContent = (await copied(field)) ? view.data.copied : view.data.failed;
  });
  root.replaceChildren(button, told, field);
  return view;
}

// Browsers give the clipboard to pages of this machine and of https alone; elsewhere what is marked is copied, or the reader does it.
async function copied(field) {
  field.focus();
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    return document.execCommand("copy");
  }
}

function saving(root) {
  const form = part("form", "save");
  const name = part("input", "name", { type: "text", autocomplete: "off" });
  const label = part("label", "named");
  const button = part("button", "keep", { type: "submit" });
  const head = piece("", "head");
  label.append(head, name);
  form.append(label, button);
  const view = {
    label(data) {
      head.textContent = data.label;
      button.textContent = data.save;
      name.maxLength = data.most;
      if (data.kept && data.kept === name.value.trim()) name.value = "";
    },
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (name.value.trim()) view.send(JSON.stringify({ name: name.value.trim(), choices: Object.fromEntries(new URL(location.href).searchParams) }));
  });
  root.replaceChildren(form);
  return view;
}
