// What these tests share with the page: its dictionaries, and the PDF of its mock server, in which all letters are equally wide.
import { join } from "node:path";
import { buildSync } from "./packages.mjs";
import { kRoot } from "./place.mjs";

const kImports = `
export { en } from "./src/lang/en";
export { zh } from "./src/lang/zh";
export { makePdf } from "./mock/pdf";`;

const { outputFiles } = buildSync({
  stdin: { contents: kImports, resolveDir: join(kRoot, "web"), loader: "ts" },
  bundle: true,
  platform: "node",
  format: "esm",
  write: false,
});
const { en, zh, makePdf } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`
);

/** The page's texts by language. */
export const kTexts = { en, zh };
export const kLocales = { en: "en-GB", zh: "zh-CN" };

/** A PDF of lines in ASCII; `locked`: it says that it is encrypted, with a password that nobody knows. */
export function pdfOf(pages, locked = false) {
  const { bytes } = makePdf(pages);
  if (!locked) return bytes;
  const [owner, user, id] = [32, 32, 16].map((length) => "5a".repeat(length));
  const encrypted = `/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <${owner}> /U <${user}> >> /ID [<${id}><${id}>]`;
  return Buffer.from(bytes.toString("latin1").replace("trailer\n<<", `trailer\n<< ${encrypted}`), "latin1");
}
