// @vitest-environment happy-dom
import { act, cleanup, renderHook, waitFor } from "@testing-library/react";
import { App } from "antd";
import type { ReactNode } from "react";
import { afterEach, expect, it } from "vitest";
import type { Page } from "../api/pages";
import { LanguageProvider } from "../lang/language";
import { usePages } from "./pages";

afterEach(cleanup);

const wrapper = ({ children }: { children: ReactNode }) => (
  <LanguageProvider>
    <App>{children}</App>
  </LanguageProvider>
);
const first = { items: ["a"], next: "1" };

it("grows until the server says that there is no more", async () => {
  const { result } = renderHook(
    () => usePages("key", (after) => Promise.resolve(after === null ? first : { items: ["b"], next: null })),
    { wrapper },
  );
  await waitFor(() => expect(result.current?.data).toEqual(first));
  act(() => result.current.more?.());
  await waitFor(() => expect(result.current.data?.items).toEqual(["a", "b"]));
  expect(result.current.more).toBeNull();
});

it("drops a page of a list that was begun anew meanwhile", async () => {
  let late: (page: Page<string>) => void = () => undefined;
  const { result } = renderHook(
    () =>
      usePages("key", (after) =>
        after === null ? Promise.resolve({ ...first }) : new Promise<Page<string>>((done) => (late = done)),
      ),
    { wrapper },
  );
  await waitFor(() => expect(result.current?.data).toEqual(first));
  const shown = result.current.data;
  act(() => result.current.more?.());
  act(() => result.current.reload());
  await waitFor(() => expect(result.current.data).not.toBe(shown));
  await act(async () => late({ items: ["late"], next: null }));
  expect(result.current.data).toEqual(first);
});
