import type { Chat, Citation } from "../src/api/ask";

const kHidden = "（出自已删除或你无权查看的文档）";
const hidden = (number: number): Citation => ({
  number,
  chunk: 0,
  document: 0,
  revision: 0,
  begin: 0,
  end: 0,
  page: 0,
  quote: "",
  title: kHidden,
  name: "",
  heading: "",
});

/** Of somebody else, answered from a document that the reader may not see. */
export function seededChats(now: number): Chat[] {
  const question = "供应商的报价是多少？";
  return [
    {
      id: 50,
      title: question,
      mine: false,
      shared: [],
      messages: [
        {
          id: 1,
          from: "user",
          text: question,
          standalone: "",
          answer: null,
          time: now - 7300,
          feedback: null,
        },
        {
          id: 2,
          from: "assistant",
          text: kHidden,
          standalone: "",
          answer: {
            chat: 50,
            message: 2,
            outcome: "answered",
            question,
            sentences: [{ text: kHidden, supported: false, citations: [], why_not: "无法显示出处" }],
            citations: [hidden(1)],
            note: "",
            confidence: 0.9,
            model: "qwen2.5-coder-1.5b-instruct",
            timings_ms: { retrieved: 30, first_checked: 1100, total: 2900 },
          },
          time: now - 7200,
          feedback: null,
        },
      ],
    },
  ];
}
