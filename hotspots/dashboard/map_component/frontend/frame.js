// The parts around the drawing: buttons, tip, hint, notice, legend box. Text from data is only ever set as text, never as HTML.

import { icon, part, piece } from "./parts.js";
import { aloud } from "./ways.js";

const BUTTONS = ["zoom_in", "zoom_out", "whole_city", "draw", "full_screen"];

export const WIDE = 700; // from this width the legend stands in a corner of the map

export class Frame {
  constructor(box) {
    this.box = box;
    this.stage = part("div", "stage");
    this.ground = part("div", "map", { role: "application", tabindex: "0", "aria-describedby": "help" });
    this.cross = part("div", "cross", { "aria-hidden": "true" });
    this.buttons = part("div", "buttons");
    this.tip = part("div", "tip", { "aria-hidden": "true" });
    this.hint = part("div", "hint", { "aria-hidden": "true" });
    this.notice = part("p", "notice", { role: "status" });
    this.help = part("p", "unseen", { id: "help" });
    this.live = part("p", "unseen", { "aria-live": "polite" });
    this.legend = part("div", "legend", { role: "group" });
    this.byName = {};
    for (const name of BUTTONS) {
      const button = part("button", "button", { type: "button" });
      button.append(icon(name));
      this.byName[name] = button;
      this.buttons.append(button);
    }
    this.byName.draw.hidden = true;
    this.byName.full_screen.hidden = !document.fullscreenEnabled;
    this.byName.full_screen.addEventListener("click", () => this.toggleFull());
    this.credit = part("p", "credit");
    this.tip.hidden = this.hint.hidden = this.legend.hidden = true;
    this.stage.append(this.ground, this.cross, this.buttons, this.tip, this.hint, this.notice, this.credit);
    box.replaceChildren(this.stage, this.legend, this.help, this.live);
  }

  words(words) {
    for (const [name, button] of Object.entries(this.byName)) {
      button.title = words[name];
      button.setAttribute("aria-label", words[name]);
    }
    this.hint.textContent = words.scroll_hint;
    this.help.textContent = words.help;
    if (this.box.dataset.state === "waiting") this.notice.textContent = words.waiting;
  }

  // The legend stands in a corner of a large map and below a small one, which it must never cover.
  arrange(width, height) {
    const corner = width >= WIDE && height >= 380;
    this.box.dataset.legend = corner ? "corner" : width >= 480 ? "row" : "below";
    (corner ? this.stage : this.box).append(this.legend);
    if (this.strip) {
      if (corner) this.stage.append(this.strip);
      else this.stage.after(this.strip);
    }
  }

  toggleFull() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.box.requestFullscreen().catch(() => {}); // the browser may refuse; then the map stays as it is
  }

  // Say `name` and its lines beside the point (x, y) of the map; `heard`: a screen reader reads them too.
  showTip(name, lines, x, y, heard, beside = "") {
    const rows = lines.map(([label, text]) => {
      const row = part("div", label ? "tip-row" : "tip-row alone");
      if (label) row.append(piece(label, "tip-label"));
      row.append(piece(text, "tip-text"));
      return row;
    });
    this.tip.replaceChildren(piece(name, "tip-name"), ...rows);
    this.tip.hidden = false;
    const { offsetWidth: width, offsetHeight: height } = this.tip;
    const room = this.stage.getBoundingClientRect();
    const left = x + 16 + width > room.width ? x - 16 - width : x + 16;
    const top = y + 16 + height > room.height ? y - 12 - height : y + 16;
    this.tip.style.left = `${Math.max(4, Math.min(left, room.width - width - 4))}px`;
    this.tip.style.top = `${Math.max(4, top)}px`;
    if (heard) this.live.textContent = aloud(name, lines, beside);
  }

  hideTip() {
    this.tip.hidden = true;
  }

  showHint() {
    this.hint.hidden = false;
    clearTimeout(this.hintTimer);
    this.hintTimer = setTimeout(() => {
      this.hint.hidden = true;
    }, 1600);
  }

  ready() {
    this.box.dataset.state = "ready";
    this.notice.textContent = "";
  }

  fail(text) {
    this.box.dataset.state = "failed";
    this.notice.textContent = text;
  }
}
