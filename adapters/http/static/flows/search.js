// Finding a step by its name or by any words in it.

import { say } from "./texts.js";

const MOST = 8;

const folded = (text) => text.toLowerCase().replaceAll("ё", "е");

export class Search {
  /** `nodes` gives the boxes to look through, `take` is told which one is meant. */
  constructor(input, list, nodes, take) {
    this.input = input;
    this.list = list;
    this.nodes = nodes;
    this.take = take;
    this.fitting = [];
    this.place = 0;
    input.addEventListener("input", () => this.#look());
    input.addEventListener("focus", () => this.#look());
    input.addEventListener("blur", () => (list.hidden = true));
    input.addEventListener("keydown", (event) => this.#typed(event));
  }

  clear() {
    this.input.value = "";
    this.#look();
  }

  /** Another picture has come: whoever is typing looks through that one. */
  renew() {
    if (document.activeElement === this.input) this.#look();
  }

  #look() {
    const words = folded(this.input.value.trim());
    const fits = (node) => node.kind === "step" && folded([node.title, ...node.rows.map((row) => row.text)].join("\n")).includes(words);
    this.fitting = words ? this.nodes().filter(fits).slice(0, MOST) : [];
    this.place = 0;
    this.list.replaceChildren(...this.fitting.map((node, place) => this.#item(node, place, words)));
    if (words && !this.fitting.length) {
      const nothing = document.createElement("li");
      nothing.className = "nothing";
      nothing.textContent = say("nothing");
      this.list.append(nothing);
    }
    this.list.hidden = !words;
    this.input.setAttribute("aria-expanded", String(Boolean(words)));
  }

  #item(node, place, words) {
    const item = document.createElement("li");
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(place === 0));
    const name = document.createElement("b");
    name.textContent = node.title;
    const line = document.createElement("span");
    line.textContent = (node.rows.find((row) => folded(row.text).includes(words)) ?? node.rows[0])?.text ?? "";
    item.append(name, line);
    item.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.#chosen(node);
    });
    return item;
  }

  #chosen(node) {
    this.clear();
    this.input.blur();
    this.take(node);
  }

  #typed(event) {
    if (event.key === "Enter" && this.fitting.length) this.#chosen(this.fitting[this.place]);
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || !this.fitting.length) return;
    event.preventDefault();
    this.place = (this.place + by + this.fitting.length) % this.fitting.length;
    const items = [...this.list.querySelectorAll("[role=option]")];
    items.forEach((item, place) => item.setAttribute("aria-selected", String(place === this.place)));
    items[this.place].scrollIntoView({ block: "nearest" });
  }
}
