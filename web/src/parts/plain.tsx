import { printable, oneLine } from "../text/printable";

/**
 * The one place where text of documents, models and users meets the page: as text, never as markup. Links and images in it
 * stay letters, so nothing can be fetched or followed by showing it.
 */
export function Plain({ text, lines = false }: { text: string; lines?: boolean }) {
  return (
    <bdi className={lines ? "plain plain-lines" : "plain"}>{lines ? printable(text) : oneLine(text)}</bdi>
  );
}
