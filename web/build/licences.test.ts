import { expect, it } from "vitest";
import { packageFolder } from "./licences";

it("finds the package of a module, also a nested and a scoped one", () => {
  expect(packageFolder("/w/node_modules/react/index.js")).toBe("/w/node_modules/react");
  expect(packageFolder("/w/node_modules/antd/node_modules/@rc-component/x/es/i.js")).toBe(
    "/w/node_modules/antd/node_modules/@rc-component/x",
  );
  expect(packageFolder("/w/src/main.tsx")).toBeNull();
});
