// @vitest-environment happy-dom
import { beforeEach, expect, it, vi } from "vitest";

beforeEach(() => vi.resetModules());

async function startAt(address: string): Promise<[code: string, left: string]> {
  history.replaceState(null, "", address);
  const { kSetupCode } = await import("./setup_code");
  return [kSetupCode, location.pathname + location.search];
}

it("takes the setup code out of the address and leaves the rest", async () => {
  expect(await startAt("/?setup=ab12")).toEqual(["ab12", "/"]);
  vi.resetModules();
  expect(await startAt("/search?why=x&setup=ab12")).toEqual(["ab12", "/search?why=x"]);
  vi.resetModules();
  expect(await startAt("/library/3?a=1")).toEqual(["", "/library/3?a=1"]);
});
