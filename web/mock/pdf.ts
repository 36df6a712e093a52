// A small real PDF in Courier, whose letters are all equally wide: so the boxes of any words are known exactly.
import type { Box } from "../src/api/library";

const kFontSize = 11;
const kLetter = kFontSize * 0.6;
const kLeft = 64;
const kTop = 90;
const kLeading = 17;
const kPage = { width: 595, height: 842 };

export interface MockPdf {
  bytes: Buffer;
  /** What the parser would have read: lines with "\n", pages with "\f". */
  text: string;
  boxes: (begin: number, end: number) => Box[];
}

const escape = (line: string) => line.replace(/[\\()]/g, (char) => `\\${char}`);

function content(lines: string[]): string {
  const shown = lines.map(
    (line, at) => `1 0 0 1 ${kLeft} ${kPage.height - kTop - at * kLeading} Tm (${escape(line)}) Tj`,
  );
  return `BT /F1 ${kFontSize} Tf ${shown.join(" ")} ET`;
}

/** Pages of lines in ASCII. */
export function makePdf(pages: string[][]): MockPdf {
  const objects: string[] = [];
  const kids = pages.map((_, at) => `${4 + at * 2} 0 R`).join(" ");
  objects.push("<< /Type /Catalog /Pages 2 0 R >>");
  objects.push(`<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`);
  objects.push("<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>");
  pages.forEach((lines, at) => {
    const stream = content(lines);
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${kPage.width} ${kPage.height}] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + at * 2} 0 R >>`,
    );
    objects.push(`<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`);
  });
  let file = "%PDF-1.4\n";
  const offsets = objects.map((object, at) => {
    const offset = file.length;
    file += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const xref = file.length;
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  file += offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  file += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${xref}\n%%EOF\n`;
  return {
    bytes: Buffer.from(file, "latin1"),
    text: pages.map((lines) => lines.join("\n")).join("\f"),
    boxes: boxesOf(pages),
  };
}

function boxesOf(pages: string[][]): MockPdf["boxes"] {
  return (begin, end) => {
    const out: Box[] = [];
    let at = 0;
    pages.forEach((lines, page) => {
      lines.forEach((line, row) => {
        const from = Math.max(begin, at);
        const to = Math.min(end, at + line.length);
        if (from < to) {
          const baseline = kTop + row * kLeading;
          out.push({
            page: page + 1,
            x0: kLeft + (from - at) * kLetter,
            y0: baseline - kFontSize * 0.8,
            x1: kLeft + (to - at) * kLetter,
            y1: baseline + kFontSize * 0.25,
          });
        }
        at += line.length + 1;
      });
    });
    return out;
  };
}
