// @vitest-environment happy-dom
import { cleanup, fireEvent } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import type { Citation, Sentence } from "../../api/ask";
import { useReader } from "../../reader/reader";
import { renderPart } from "../../testing/render";
import { SentenceView } from "./sentence";
import { Sources } from "./sources";

afterEach(cleanup);

const kHostile =
  "<img src=x onerror=alert(1)><script>alert(2)</script> [x](javascript:alert(3)) ![p](https://example.org/p.png) \u202Egpj";
const citation: Citation = {
  number: 1,
  chunk: 5,
  document: 7,
  revision: 70,
  begin: 30,
  end: 60,
  page: 3,
  quote: "q",
  title: kHostile,
  name: "n",
  heading: "",
};
const sentence = (part: Partial<Sentence>): Sentence => ({
  text: kHostile,
  supported: true,
  citations: [1],
  why_not: "",
  ...part,
});

function Opened() {
  const { target } = useReader();
  return <output>{JSON.stringify(target)}</output>;
}

describe("SentenceView", () => {
  it("shows hostile text as letters and makes no element of it", async () => {
    const { findByRole, container } = renderPart(
      <SentenceView sentence={sentence({})} citations={new Map([[1, citation]])} />,
    );
    await findByRole("button");
    expect(container.textContent).toContain("<script>alert(2)</script> [x](javascript:alert(3))");
    expect(container.textContent).toContain("‹202E›gpj");
    expect(container.querySelector("img, script, a, iframe, svg:not([data-icon])")).toBeNull();
  });

  it("opens the document at exactly the cited span", async () => {
    const { findByRole, container } = renderPart(
      <>
        <SentenceView sentence={sentence({})} citations={new Map([[1, citation]])} />
        <Opened />
      </>,
    );
    const button = await findByRole("button");
    expect(button.getAttribute("aria-label")).toContain("page 3");
    fireEvent.click(button);
    expect(JSON.parse(container.querySelector("output")?.textContent ?? "null")).toEqual({
      document: 7,
      revision: 70,
      begin: 30,
      end: 60,
      page: 3,
      quote: "q",
    });
  });

  it("neither opens nor doubts what the reader may not see", async () => {
    const note = "(from a document that was removed or that you may not read)";
    const hidden = { ...citation, document: 0, revision: 0, chunk: 0, quote: "", title: note, name: "" };
    const instead = sentence({
      text: note,
      supported: false,
      citations: [],
      why_not: "its source cannot be shown",
    });
    const { findAllByText, container } = renderPart(
      <>
        <SentenceView sentence={instead} citations={new Map([[1, hidden]])} />
        <Sources title="Sources" citations={[hidden]} />
      </>,
    );
    expect(await findAllByText(note)).toHaveLength(2);
    expect(container.querySelector("button")).toBeNull();
    expect(container.textContent).not.toContain("not supported");
  });

  it("says in words that a sentence has no support, and why", async () => {
    const doubtful = sentence({ supported: false, citations: [], why_not: "没有段落提到" });
    const { findByText } = renderPart(<SentenceView sentence={doubtful} citations={new Map()} />, "zh");
    expect(await findByText(/缺少依据：没有段落提到/)).toBeTruthy();
  });
});
