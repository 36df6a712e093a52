function takeCode(): string {
  const query = new URLSearchParams(location.search);
  const code = query.get("setup");
  if (code === null) return "";
  query.delete("setup");
  const rest = query.toString();
  history.replaceState(null, "", location.pathname + (rest === "" ? "" : `?${rest}`));
  return code;
}

/** Of `/?setup=CODE`, as a new server may be opened. It is taken out of the address, and so out of the history, at the start. */
export const kSetupCode = takeCode();
