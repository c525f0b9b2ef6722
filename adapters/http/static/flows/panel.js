// What is known of one box: its place in the files, its words, its figures.

import { number, percent, say } from "./texts.js";

const make = (name, { text, ...attributes } = {}, ...inside) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  made.append(...inside.filter(Boolean));
  return made;
};

/** Fill the panel; `open` leads to a flow, `close` shuts it. */
export function fill(panel, node, figures, { open, close }) {
  const found = node.step ? figures.step(node.flow, node.step) : undefined;
  const shut = make("button", { type: "button", class: "close", title: say("close"), "aria-label": say("close"), text: "×" });
  shut.addEventListener("click", close);
  panel.replaceChildren(
    make("header", {}, make("h2", { text: node.kind === "step" ? node.title : `${node.flow}` }), shut),
    ...(node.place ? [make("p", { class: "place" }, make("code", { text: node.place }))] : []),
    ...waits(node, found, figures, open),
    ...words(node, found, open),
    ...(node.kind === "start" || !node.step ? tasks(node.flow, figures) : []),
  );
  panel.hidden = false;
}

function waits(node, found, figures, open) {
  const whole = node.kind === "step" && !node.step;
  const now = node.step ? found : figures.flow(node.flow);
  const lines = [
    make("div", { class: "big" }, make("strong", { text: number(now?.waiting ?? 0) }), make("span", { text: say(node.step ? "waitingNow" : "inFlow") })),
  ];
  if (now?.below) {
    lines.push(make("div", { class: "big below" }, make("strong", { text: number(now.below) }), make("span", { text: say("below") })));
  }
  const parts = [make("div", { class: "counts" }, ...lines)];
  if (whole) {
    const button = make("button", { type: "button", class: "open", text: say("open") });
    button.addEventListener("click", () => open(node.flow));
    parts.push(button);
  }
  return parts;
}

function words(node, found, open) {
  if (!node.rows.length) return [];
  const title = { start: "begins", anywhere: "heard" }[node.kind] ?? (node.step ? "happens" : "begins");
  const list = make("ol", { class: "rows" });
  for (const row of node.rows) {
    const item = make("li", { class: `row ${row.kind}` });
    if (row.flow) {
      const link = make("button", { type: "button", class: "link", text: row.text });
      link.addEventListener("click", () => open(row.flow));
      item.append(link);
    } else {
      item.append(make("span", { text: row.text }));
    }
    if (row.line) item.append(make("small", { text: String(row.line) }));
    if (row.question) item.append(question(found?.questions[row.question]));
    list.append(item);
  }
  return [make("h3", { text: say(title) }), list];
}

function question(figures) {
  if (!figures || !(figures.asked || figures.answered || figures.silent || figures.left || figures.waiting)) {
    return make("p", { class: "quiet", text: say("notAsked") });
  }
  const whole = Math.max(figures.asked, figures.answered + figures.silent + figures.left + figures.waiting);
  const table = make("div", { class: "funnel" });
  for (const name of ["asked", "answered", "silent", "left", "waiting"]) table.append(line(name, figures[name], whole));
  if (figures.misfit) table.append(make("p", { class: "quiet", text: `${say("misfit")}: ${number(figures.misfit)}` }));
  return table;
}

function line(name, count, whole) {
  const bar = make("i", { class: name });
  bar.style.width = `${whole ? (100 * count) / whole : 0}%`;
  const share = name === "asked" ? "" : percent(count, whole);
  return make(
    "div",
    { class: "line" },
    make("span", { text: say(name) }),
    make("b", { text: number(count) }),
    make("em", { text: share }),
    make("span", { class: "track" }, bar),
  );
}

function tasks(flow, figures) {
  const found = figures.tasks[flow];
  const parts = [];
  if (found?.started) {
    const table = make("div", { class: "funnel" });
    table.append(line("started", found.started, found.started));
    for (const name of ["done", "cancelled", "expired", "dropped", "failed"]) {
      if (found[name]) table.append(line(name, found[name], found.started));
    }
    parts.push(make("h3", { text: say("tasks") }), table);
  }
  const goals = figures.goals.filter((one) => one.flow === flow);
  if (goals.length) {
    const list = make("ul", { class: "plain" });
    for (const goal of goals) {
      const share = percent(goal.count, found?.started);
      list.append(
        make("li", {}, make("span", { text: goal.name }), make("b", { text: number(goal.count) }), make("em", { text: share && `${share} ${say("ofStarted")}` })),
      );
    }
    parts.push(make("h3", { text: say("goals") }), list);
  }
  return parts;
}

/** The groups of each split of the bot, side by side. */
export function splits(figures, names) {
  const shown = Object.entries(figures.splits).filter(([name]) => names.includes(name));
  return shown.flatMap(([name, groups]) => {
    const whole = Object.values(groups).reduce((sum, count) => sum + count, 0);
    const table = make("div", { class: "funnel" });
    for (const [group, count] of Object.entries(groups)) table.append(line(group, count, whole));
    return [make("h3", { text: `${say("splits")}: ${name}` }), table];
  });
}
