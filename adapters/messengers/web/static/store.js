// What the browser remembers of each bot: the visitor's token and the messages not sent yet.
// Where storage is forbidden (a private window), it remembers until the page is closed.

const memory = new Map();

function read(key) {
  try {
    return localStorage.getItem(key) ?? memory.get(key) ?? null;
  } catch {
    return memory.get(key) ?? null;
  }
}

function write(key, value) {
  if (value === null) memory.delete(key);
  else memory.set(key, value);
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Kept in memory.
  }
}

const MOST_UNSENT = 200;

export const chosenBot = () => read("easyflow.bot");
export const chooseBot = (name) => write("easyflow.bot", name);

export class BotMemory {
  constructor(bot) {
    this.tokenKey = `easyflow.${bot}.token`;
    this.unsentKey = `easyflow.${bot}.unsent`;
  }

  get token() {
    return read(this.tokenKey);
  }

  set token(value) {
    write(this.tokenKey, value);
  }

  // Read anew each time: another tab of the same chat writes here too.
  get unsent() {
    try {
      const items = JSON.parse(read(this.unsentKey) ?? "[]");
      return Array.isArray(items) ? items : [];
    } catch {
      return [];
    }
  }

  keep(item) {
    write(this.unsentKey, JSON.stringify([...this.unsent, item].slice(-MOST_UNSENT)));
  }

  drop(id) {
    const left = this.unsent.filter((item) => item.id !== id);
    write(this.unsentKey, left.length ? JSON.stringify(left) : null);
  }

  forget() {
    write(this.tokenKey, null);
    write(this.unsentKey, null);
  }
}

export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(15));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
}
