// A few <style> elements are made deep inside libraries that know nothing of the page's policy (the scroll lock of a dialogue,
// the width of a scroll bar). Without the nonce the browser would refuse them. This opens nothing: only a script that already
// runs here can call createElement, and markup that was injected never passes through it.
export function giveStylesTheNonce(nonce: string): void {
  if (nonce === "") return;
  const create = document.createElement.bind(document) as (
    name: string,
    options?: ElementCreationOptions,
  ) => HTMLElement;
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const element = create(name, options);
    if (element instanceof HTMLStyleElement) element.nonce = nonce;
    return element;
  }) as typeof document.createElement;
}
