// @vitest-environment happy-dom
import { act, cleanup, renderHook, waitFor } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { ApiError } from "../api/error";
import { useLoad } from "./load";

afterEach(cleanup);

it("never lets a late answer replace a newer one", async () => {
  const answers = new Map<string, (value: string) => void>();
  const { result, rerender } = renderHook(
    ({ key }) => useLoad(key, () => new Promise<string>((resolve) => answers.set(key, resolve))),
    {
      initialProps: { key: "old" },
    },
  );
  rerender({ key: "new" });
  await act(async () => answers.get("new")?.("new answer"));
  await act(async () => answers.get("old")?.("old answer"));
  expect(result.current).toMatchObject({ data: "new answer", loading: false, error: null });
});

it("keeps what is shown when asking again fails", async () => {
  let failing = false;
  const { result } = renderHook(() =>
    useLoad("key", () =>
      failing
        ? Promise.reject(new ApiError(500, { code: "failed", message: "no", hint: "" }))
        : Promise.resolve("shown"),
    ),
  );
  await waitFor(() => expect(result.current.data).toBe("shown"));
  failing = true;
  act(() => result.current.reload());
  await waitFor(() => expect(result.current.error?.message).toBe("no"));
  expect(result.current.data).toBe("shown");
});
