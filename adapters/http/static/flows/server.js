// Asking the server, with a key where it wants one; the key is kept for this tab alone.

import { say } from "./texts.js";

const KEPT = "easyflow key";
const dialog = document.querySelector("#key");
const input = document.querySelector("#key-input");
const wrong = document.querySelector("#key-wrong");

let asking = null;

/** Raised where the server answers with an error; `status` is its own. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** JSON of an address of ours. Asks for a key once, and again while the given one is refused. */
export async function fetched(name, about = {}) {
  for (;;) {
    const key = sessionStorage.getItem(KEPT);
    const headers = key ? { Authorization: `Bearer ${key}` } : {};
    const address = `/flows/data/${name}?${new URLSearchParams(about)}`;
    const answer = await fetch(address, { headers, cache: "no-store", signal: AbortSignal.timeout(15000) });
    if (answer.ok) return answer.json();
    const told = await answer.json().catch(() => ({}));
    if (answer.status !== 401 && answer.status !== 403) {
      throw new Refused(answer.status, told.error?.message ?? String(answer.status));
    }
    if (sessionStorage.getItem(KEPT) === key) sessionStorage.removeItem(KEPT);
    await keyGiven(key ? (answer.status === 403 ? "keyForeign" : "keyUnknown") : "");
  }
}

/** Wait until somebody has entered a key; all who ask meanwhile wait for the same. */
function keyGiven(why) {
  asking ??= new Promise((resolve) => {
    wrong.textContent = why ? say(why) : "";
    dialog.showModal();
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    document.querySelector("#key-form").addEventListener(
      "submit",
      () => {
        // A header takes only these letters; whatever else was pasted is no part of a key.
        sessionStorage.setItem(KEPT, input.value.replace(/[^\x21-\x7e]/g, ""));
        input.value = "";
        asking = null;
        resolve();
      },
      { once: true },
    );
  });
  return asking;
}
