// What is marked in an open document.
import { until } from "./wait.mjs";

/** Without what a page's layout does to a text: its breaks and spaces, ligatures, hyphens at the ends of lines. */
export const squashed = (text) => text.normalize("NFKC").replace(/[\s\u00ad]+/g, "");

/** Runs in the page: the letters whose middles lie under the boxes, in the order of the text layer. */
function lettersUnderBoxes() {
  const boxes = [...document.querySelectorAll(".pdf-box")].map((box) => box.getBoundingClientRect());
  const covered = ({ left, right, top, bottom }) => {
    const [x, y] = [(left + right) / 2, (top + bottom) / 2];
    return boxes.some((box) => x > box.left && x < box.right && y > box.top && y < box.bottom);
  };
  let out = "";
  for (const words of document.querySelectorAll(".textLayer span")) {
    const letters = words.firstChild;
    if (!(letters instanceof Text)) continue;
    for (let at = 0; at < letters.length; ++at) {
      const range = document.createRange();
      range.setStart(letters, at);
      range.setEnd(letters, at + 1);
      if (covered(range.getBoundingClientRect())) out += letters.data[at];
    }
    out += " ";
  }
  return out.replace(/\s+/g, " ").trim();
}

/** The words that the boxes over a page of a PDF cover, once it is drawn and `good` accepts them. */
export const wordsUnderBoxes = (page, good) =>
  until("the words under the boxes of the page", () => page.evaluate(lettersUnderBoxes), good);

/** Length of the longest common subsequence against the longer text: 1 where they are equal. */
export function likeness(a, b) {
  let row = new Uint32Array(b.length + 1);
  for (let i = 1; i <= a.length; ++i) {
    const next = new Uint32Array(b.length + 1);
    for (let j = 1; j <= b.length; ++j)
      next[j] = a[i - 1] === b[j - 1] ? row[j - 1] + 1 : Math.max(row[j], next[j - 1]);
    row = next;
  }
  return row[b.length] / Math.max(1, a.length, b.length);
}

/** Whether anything is drawn in a canvas. Runs in the page. */
export const isDrawn = (canvas) =>
  canvas.evaluate((element) => {
    const { data } = element.getContext("2d").getImageData(0, 0, element.width, element.height);
    for (let at = 3; at < data.length; at += 4) if (data[at] > 0 && data[at - 1] < 200) return true;
    return false;
  });
