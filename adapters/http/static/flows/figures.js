// The figures on the picture: who waits where, and how each question is answered.

import { number, percent, say } from "./texts.js";

const SPACE = "http://www.w3.org/2000/svg";
const PARTS = ["answered", "silent", "left", "waiting"];
const NUMBER_AT = 12;

const draw = (name, attributes, text) => {
  const made = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
};

/** Figures by flow and step, and by flow alone. */
export function sorted(figures) {
  const steps = new Map(figures.steps.map((one) => [`${one.flow}\n${one.step}`, one]));
  const flows = new Map();
  for (const one of figures.steps) {
    const sum = flows.get(one.flow) ?? { waiting: 0, below: 0 };
    sum.waiting += one.waiting;
    sum.below += one.below;
    flows.set(one.flow, sum);
  }
  return { ...figures, step: (flow, step) => steps.get(`${flow}\n${step}`), flow: (name) => flows.get(name) };
}

/** Write the figures onto a picture; whatever was written before goes, nothing else moves. */
export function mark(svg, figures) {
  for (const old of svg.querySelectorAll(".figure")) old.remove();
  for (const node of svg.querySelectorAll(".node.step")) {
    const { flow, step } = node.dataset;
    const found = step ? figures.step(flow, step) : figures.flow(flow);
    if (found) markNode(node, found);
  }
}

function markNode(node, found) {
  let right = Number(node.dataset.width) - 6;
  for (const kind of ["waiting", "below"]) {
    if (!found[kind]) continue;
    const words = number(found[kind]);
    const wide = 16 + 8 * words.length;
    const badge = draw("g", { class: `figure badge ${kind}`, transform: `translate(${right - wide} -11)` });
    badge.append(
      draw("title", {}, `${say(kind === "waiting" ? "waitingNow" : "below")}: ${words}`),
      draw("rect", { width: wide, height: 22, rx: 11 }),
      draw("text", { x: wide / 2, y: 15.5, "font-size": 12, "text-anchor": "middle" }, words),
    );
    node.append(badge);
    right -= wide + 5;
  }
  for (const row of node.querySelectorAll(".row[data-question]")) {
    const question = found.questions?.[row.dataset.question];
    if (question) markQuestion(row, question, Number(node.dataset.width));
  }
}

function markQuestion(row, question, width) {
  const ended = question.answered + question.silent + question.left;
  if (ended) {
    const share = percent(question.answered, ended);
    row.append(
      draw("text", { class: "figure share", x: width - NUMBER_AT, y: 14.5, "font-size": 11, "text-anchor": "end" }, share),
    );
  }
  const whole = ended + question.waiting;
  if (!whole) return;
  const from = 32;
  const room = width - NUMBER_AT - from;
  const bar = draw("g", { class: "figure bar" });
  let x = from;
  for (const part of PARTS) {
    const wide = (room * question[part]) / whole;
    if (wide) bar.append(draw("rect", { class: part, x, y: 18.2, width: wide, height: 2.2 }));
    x += wide;
  }
  row.append(bar);
}
