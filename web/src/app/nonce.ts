/** The server writes it into the page; the policy lets only styles with it in. */
export const kNonce = document.querySelector<HTMLMetaElement>('meta[name="cvp-nonce"]')?.content ?? "";
