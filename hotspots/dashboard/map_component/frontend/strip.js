// The time strip: a bar for each month, a window over them that is dragged by pointer or by its two sliders, play and step.

import { icon, part } from "./parts.js";
import { monthAt, monthText } from "./months.js";

const PACE = 900; // milliseconds to a step of play
const GRIP = 9; // pixels around an edge of the window that take hold of it

export class Strip {
  // `moved(start, end, last)` is told each window, `last` once the reader lets go.
  constructor(moved) {
    this.moved = moved;
    this.box = part("div", "strip", { role: "group" });
    this.play = part("button", "play", { type: "button" });
    this.back = part("button", "step", { type: "button" });
    this.on = part("button", "step", { type: "button" });
    this.play.append(icon("play"));
    this.back.append(icon("back"));
    this.on.append(icon("on"));
    this.by = part("select", "step-by");
    this.long = part("strong", "long");
    this.days = part("span", "days");
    const said = part("div", "said");
    said.append(this.long, this.days);
    const steps = part("div", "steps");
    steps.append(this.back, this.by, this.on);
    this.time = part("div", "time");
    this.canvas = part("canvas", "bars", { "aria-hidden": "true" });
    this.from = part("input", "edge from", { type: "range", step: "1" });
    this.to = part("input", "edge to", { type: "range", step: "1" });
    this.time.append(this.canvas, this.from, this.to);
    this.box.append(this.play, said, steps, this.time);
    this.box.hidden = true;
    new ResizeObserver(() => this.draw()).observe(this.time);
    this.watch();
  }

  show(data, words) {
    this.box.hidden = !data;
    if (!data) {
      this.stop();
      return;
    }
    this.words = words;
    const asked = `${data.first} ${data.bars.join()} ${data.window} ${data.said}`;
    if (this.asked !== asked) {
      const before = this.data;
      this.asked = asked;
      this.data = data;
      const same = before && before.first === data.first && before.usual === data.usual && before.window === data.window;
      if (!same) [this.start, this.end] = this.bounds(data.window);
    }
    this.label(words);
    this.update();
  }

  bounds(text) {
    const [from, to] = text.split("/");
    const count = this.data.bars.length;
    const start = Math.max(0, Math.min(count - 1, monthAt(this.data.first, from)));
    return [start, Math.max(start + 1, Math.min(count, monthAt(this.data.first, to) + 1))];
  }

  // The window as the address has it; empty where it is the usual one.
  text() {
    const text = `${monthText(this.data.first, this.start)}/${monthText(this.data.first, this.end - 1)}`;
    return text === this.data.usual ? "" : text;
  }

  label(words) {
    this.box.setAttribute("aria-label", words.time);
    this.from.setAttribute("aria-label", words.time_from);
    this.to.setAttribute("aria-label", words.time_to);
    name(this.back, words.step_back);
    name(this.on, words.step_on);
    this.by.setAttribute("aria-label", words.step_by);
    if (!this.by.options.length) for (const one of ["month", "year"]) this.by.append(new Option(words[`step_${one}`], one));
    [...this.by.options].forEach((option) => (option.textContent = words[`step_${option.value}`]));
    this.namePlay();
  }

  namePlay() {
    name(this.play, this.timer ? this.words.pause : this.words.play);
    this.play.replaceChildren(icon(this.timer ? "pause" : "play"));
  }

  update() {
    const { data, words } = this;
    const count = data.bars.length;
    for (const [slider, value] of [[this.from, this.start], [this.to, this.end - 1]]) {
      slider.min = 0;
      slider.max = count - 1;
      slider.value = value;
      slider.setAttribute("aria-valuetext", this.month(value));
    }
    const n = this.end - this.start;
    const long = n === 1 ? words.month_one : words.month_many.replace("{n}", String(n));
    const days = n === 1 ? this.month(this.start) : `${this.month(this.start)} – ${this.month(this.end - 1)}`;
    [this.long.textContent, this.days.textContent] = (!this.text() && data.said) || [long, days]; // the usual months may begin within one
    this.draw();
  }

  month(at) {
    const [year, month] = monthText(this.data.first, at).split("-").map(Number);
    return new Intl.DateTimeFormat(this.words.locale, { month: "short", year: "numeric", timeZone: "UTC" }).format(new Date(Date.UTC(year, month - 1, 15)));
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.time;
    if (!width || !height || !this.data) return;
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    this.canvas.width = width * ratio;
    this.canvas.height = height * ratio;
    const pen = this.canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const style = getComputedStyle(this.box);
    const [ink, muted, primary, bar] = ["--ink", "--muted", "--primary", "--bar"].map((one) => style.getPropertyValue(one).trim());
    const { bars, first } = this.data;
    const foot = 16;
    const wide = width / bars.length;
    const most = Math.max(1, ...bars);
    bars.forEach((count, at) => {
      const high = (count / most) * (height - foot - 4);
      pen.fillStyle = at >= this.start && at < this.end ? primary : bar;
      pen.fillRect(at * wide, height - foot - high, Math.max(0.6, wide - (wide > 3 ? 1 : 0.2)), high);
    });
    pen.fillStyle = muted;
    pen.font = "12px sans-serif";
    pen.textBaseline = "bottom";
    let free = 0;
    for (let at = (12 - (Number(first.split("-")[1]) - 1)) % 12; at < bars.length; at += 12) {
      const year = monthText(first, at).slice(0, 4);
      if (at * wide < free || at * wide + pen.measureText(year).width > width) continue;
      pen.fillText(year, at * wide, height);
      free = at * wide + pen.measureText(year).width + 10;
    }
    const [left, right] = [this.start * wide, this.end * wide];
    pen.strokeStyle = primary;
    pen.lineWidth = 1.5;
    pen.strokeRect(Math.max(0.75, left), 0.75, Math.min(width - 1, right) - Math.max(0.75, left), height - foot - 0.75);
    for (const x of [left, right]) {
      pen.fillStyle = style.getPropertyValue("--card").trim();
      pen.beginPath();
      pen.roundRect(Math.max(0.75, Math.min(width - 5.75, x - 2.5)), (height - foot) / 2 - 9, 5, 18, 2);
      pen.fill();
      pen.stroke();
    }
    pen.fillStyle = ink;
  }

  set(start, end, last) {
    const count = this.data.bars.length;
    const length = Math.max(1, Math.min(count, end - start));
    const from = Math.max(0, Math.min(count - length, start));
    if (from !== this.start || from + length !== this.end) {
      [this.start, this.end] = [from, from + length];
      this.update();
      this.moved(this.start, this.end, last);
    } else if (last) this.moved(this.start, this.end, true);
  }

  step(way) {
    const by = way * (this.by.value === "year" ? 12 : 1);
    this.set(this.start + by, this.end + by, true);
  }

  toggle() {
    if (this.timer) {
      this.stop();
      return;
    }
    if (this.end >= this.data.bars.length) this.set(0, this.end - this.start, false);
    this.timer = setInterval(() => {
      this.step(1);
      if (this.end >= this.data.bars.length) this.stop();
    }, PACE);
    this.namePlay();
  }

  stop() {
    clearInterval(this.timer);
    this.timer = 0;
    if (this.words) this.namePlay();
  }

  watch() {
    this.play.addEventListener("click", () => this.toggle());
    this.back.addEventListener("click", () => this.step(-1));
    this.on.addEventListener("click", () => this.step(1));
    this.from.addEventListener("input", () => this.set(Math.min(Number(this.from.value), this.end - 1), this.end, false));
    this.to.addEventListener("input", () => this.set(this.start, Math.max(Number(this.to.value), this.start) + 1, false));
    for (const slider of [this.from, this.to]) slider.addEventListener("change", () => this.set(this.start, this.end, true));
    this.canvas.addEventListener("pointerdown", (event) => this.grab(event));
  }

  grab(event) {
    const box = this.canvas.getBoundingClientRect();
    const wide = box.width / this.data.bars.length;
    const x = event.clientX - box.x;
    const [left, right] = [this.start * wide, this.end * wide];
    const [start, end] = [this.start, this.end];
    this.stop();
    const part = Math.abs(x - left) < GRIP && x < (left + right) / 2 ? "left" : Math.abs(x - right) < GRIP ? "right" : "all";
    if (part === "all" && (x < left || x > right)) {
      const middle = Math.round(x / wide - (end - start) / 2);
      this.set(middle, middle + end - start, true);
      return;
    }
    this.canvas.setPointerCapture(event.pointerId);
    const move = ({ clientX }) => {
      const by = Math.round((clientX - event.clientX) / wide);
      if (part === "left") this.set(Math.max(0, Math.min(start + by, end - 1)), end, false);
      else if (part === "right") this.set(start, Math.max(start + 1, Math.min(this.data.bars.length, end + by)), false);
      else this.set(start + by, end + by, false);
    };
    const drop = () => {
      this.canvas.removeEventListener("pointermove", move);
      this.set(this.start, this.end, true);
    };
    this.canvas.addEventListener("pointermove", move);
    this.canvas.addEventListener("pointerup", drop, { once: true });
    this.canvas.addEventListener("pointercancel", drop, { once: true });
  }
}

function name(button, text) {
  button.title = text;
  button.setAttribute("aria-label", text);
}
