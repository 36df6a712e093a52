// @vitest-environment happy-dom
import { cleanup } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import type { Recommendation } from "../../api/plan_types";
import { renderPart } from "../../testing/render";
import { Recommended } from "./recommended";

afterEach(cleanup);

const result: Recommendation = {
  machine: "A card of which little is known",
  embedder: "multilingual-e5-small",
  why_embedder: "many languages",
  notes: ["memory speed is assumed"],
  chat: [
    {
      id: "m",
      name: "Model M",
      quantization: "Q4_K_M",
      parameters: 1e9,
      licence: "MIT",
      installable: false,
      where: "",
      memory_bytes: 1e9,
      in_time: true,
      reasons: [],
    },
  ],
};

it("recommends also where no speed is known, and says so", async () => {
  const { findByText, container } = renderPart(<Recommended result={result} />);
  expect(await findByText("the speed of this machine is not known")).toBeTruthy();
  expect(await findByText("memory speed is assumed")).toBeTruthy();
  expect(container.textContent).not.toContain("to be had from");
});
