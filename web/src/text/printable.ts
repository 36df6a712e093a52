// Characters that change how the text around them looks without being seen: direction overrides ("Trojan source"),
// zero-width marks, other controls. They are shown as their code, so that a name cannot pretend to be another.
/* eslint no-control-regex: "off" */
const kInvisible =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

export function printable(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(
      kInvisible,
      (char) => `‹${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}›`,
    );
}

/** For names and other things of one line. */
export function oneLine(text: string): string {
  return printable(text).replace(/\s+/g, " ").trim();
}
