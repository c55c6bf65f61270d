#!/usr/bin/env node
// The compiler as py-solc-x expects it: `--version` in solc's form, `--standard-json` on standard input and output.
// The stock `solcjs` loses all past 64 KiB on a pipe, so the answer is written until the last byte has left.
"use strict";

const fs = require("fs");
const path = require("path");
const solc = require("solc");

const modules = path.resolve(__dirname, "..", "..", "node_modules");

function write(text) {
  const bytes = Buffer.from(text, "utf8");
  let sent = 0;
  while (sent < bytes.length) {
    try {
      sent += fs.writeSync(1, bytes, sent, bytes.length - sent);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
    }
  }
}

function findImport(name) {
  const file = path.resolve(modules, name);
  if (!name.startsWith("@openzeppelin/") || !file.startsWith(modules + path.sep)) {
    return { error: `only @openzeppelin sources are looked up, not ${name}` };
  }
  try {
    return { contents: fs.readFileSync(file, "utf8") };
  } catch (error) {
    return { error: `${name} is not in node_modules: run \`npm ci\`` };
  }
}

const options = process.argv.slice(2);
if (options.includes("--version")) {
  const version = solc.version().replace(".Emscripten.clang", "");
  write(`solc, the solidity compiler commandline interface\nVersion: ${version}.Emscripten.clang\n`);
} else if (options.includes("--standard-json")) {
  const input = fs.readFileSync(0, "utf8");
  write(solc.compile(input, { import: findImport }));
} else {
  process.stderr.write("solc.js knows --version and --standard-json\n");
  process.exit(2);
}
