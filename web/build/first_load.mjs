// What a browser transfers before the first question can be asked: index.html, its script and styles, the chunks of the frame, of
// "Ask" and of one language, and all that these import statically. Fails above the limit, so that a careless import is seen at once.
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { gzipSync } from "node:zlib";

const limitBytes = 1_500_000;
const dist = new URL("../dist/", import.meta.url).pathname;
const html = readFileSync(join(dist, "index.html"), "utf8");
const lazily = /^(shell|ask_page|store_context|reader|zh|zh_CN)-.*\.(js|css)$/;
const queue = [...html.matchAll(/(?:src|href)="\/([^"]+)"/g)].map((match) => match[1]);
const sizes = new Map([["index.html", gzipSync(html).length]]);

queue.push(
  ...readdirSync(join(dist, "assets"))
    .filter((name) => lazily.test(name))
    .map((name) => `assets/${name}`),
);

while (queue.length > 0) {
  const name = queue.pop();
  if (sizes.has(name)) continue;
  const content = readFileSync(join(dist, name));
  sizes.set(name, gzipSync(content, { level: 9 }).length);
  if (!name.endsWith(".js")) continue;
  for (const match of content.toString().matchAll(/(?:from|import)\s*"(\.\/[^"]+)"/g)) {
    queue.push(normalize(join(dirname(name), match[1])));
  }
}

const total = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
for (const [name, bytes] of [...sizes].sort((a, b) => b[1] - a[1])) console.log(`${bytes}\t${name}`);
console.log(`first load: ${total} bytes gzip (limit ${limitBytes})`);
process.exit(total <= limitBytes ? 0 : 1);
