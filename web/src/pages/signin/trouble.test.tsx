// @vitest-environment happy-dom
import { cleanup, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, expect, it } from "vitest";
import { LanguageProvider } from "../../lang/language";
import { en } from "../../lang/en";
import { useTrouble } from "./trouble";

const wrapper = ({ children }: { children: ReactNode }) => <LanguageProvider>{children}</LanguageProvider>;
const troubleAt = async (address: string) => {
  history.replaceState(null, "", address);
  const { result } = renderHook(() => ({ trouble: useTrouble() }), { wrapper });
  await waitFor(() => expect(result.current).not.toBeNull());
  return result.current.trouble;
};

beforeEach(() => localStorage.setItem("cvp.language", "en"));
afterEach(cleanup);

it("says why, and forgets it in the address", async () => {
  expect(await troubleAt("/?signin_error=disabled")).toBe(en.signin.trouble.disabled);
  expect(location.search).toBe("");
});

it("shows none of the address's own words", async () => {
  for (const code of ["<b>x</b>", "toString", "__proto__", ""]) {
    expect(await troubleAt(`/?signin_error=${encodeURIComponent(code)}`)).toBe(en.signin.trouble.failed);
    cleanup();
  }
});

it("has nothing to say elsewhere", async () => {
  expect(await troubleAt("/library/3?q=x")).toBeNull();
  expect(location.search).toBe("?q=x");
});
