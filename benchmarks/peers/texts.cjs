// What every bot of the comparison says and understands: texts.py for Node.
module.exports = {
  HELLO: "Hello! What is your name?",
  nice: (name) => `Nice to meet you, ${name}. What is your phone number?`,
  MISFIT: "That is no phone number. Send one like +7 999 123-45-67.",
  right: (name, phone) => `${name}, ${phone}. Is that right?`,
  thanks: (name) => `Thank you, ${name}! We will call you.`,
  PHONE: /^\+?\d[\d ()-]{8,18}\d$/,
};
