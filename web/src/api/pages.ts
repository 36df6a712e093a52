/** A part of a list; `next` is what to ask for as `after`, null where there is no more. */
export interface Page<T> {
  items: T[];
  next: string | null;
}

/** A list that is shown as a whole, page by page; what goes beyond `most` is left out. */
export async function wholeList<T>(
  page: (after: string | null) => Promise<Page<T>>,
  most: number,
): Promise<T[]> {
  const all: T[] = [];
  for (let after: string | null = null; all.length < most;) {
    const { items, next }: Page<T> = await page(after);
    all.push(...items);
    if (next === null) break;
    after = next;
  }
  return all.slice(0, most);
}
