import type { Answer, Chat, ChatSummary, Citation, Sentence } from "../src/api/ask";
import { jsonOf, say, send, sleep, sse, notFound, type Call } from "./http";
import { now, type Stored, type World } from "./world";

interface Script {
  outcome: Answer["outcome"];
  sentences: { text: string; quotes: string[]; why?: [string, string] }[];
  note?: [string, string];
}

const kScripts: { when: RegExp; script: Script }[] = [
  {
    when: /显存|int4|7B/i,
    script: {
      outcome: "answered",
      sentences: [
        {
          text: "一个 7B 模型用 INT4 量化后，权重只占 3.5 GB 显存。",
          quotes: ["7B 模型用 INT4 量化后，权重只占 3.5 GB 显存。"],
        },
        {
          text: "实际的量化文件会再大一些，因为每个小块都要保存缩放系数。",
          quotes: [
            "实际的量化文件要为每个小块保存缩放系数，词表和输出层通常保留较高精度，所以文件会大一些 😀。",
          ],
        },
        {
          text: "因此 4 GB 显存的显卡一定够用。",
          quotes: [],
          why: ["the documents name no such card", "文档没有提到这样的显卡"],
        },
      ],
    },
  },
  {
    when: /终止|协议|合同/,
    script: {
      outcome: "answered",
      sentences: [
        {
          text: "提前终止协议，应当提前六十日书面通知对方，并结清全部款项。",
          quotes: ["任何一方提前终止本协议，应当提前六十日书面通知对方，并结清全部款项。"],
        },
      ],
    },
  },
  {
    when: /html|script|xss/i,
    script: {
      outcome: "extracted",
      sentences: [
        {
          text: "<img src=x onerror=alert(1)><script>alert(2)</script> [click me](javascript:alert(3))",
          quotes: ["<img src=x onerror=alert(1)><script>alert(2)</script>"],
        },
      ],
    },
  },
  {
    when: /warranty|laptop|leave|notice|contract|handbook|long|days/i,
    script: {
      outcome: "answered",
      sentences: [
        {
          text: "The warranty of a laptop is 24 months from the date of delivery.",
          quotes: ["The warranty of a laptop is 24 months from the date of delivery."],
        },
        {
          text: "A replacement is requested from the IT desk with form PPR-9087.",
          quotes: ["A\nreplacement is requested from the IT desk with form PPR-9087."],
        },
        {
          text: "It can be extended to 36 months for a fee.",
          quotes: [],
          why: ["no passage mentions an extension", "没有段落提到延长保修"],
        },
      ],
    },
  },
];
const kRefusal: Script = {
  outcome: "refused",
  sentences: [],
  note: [
    "The documents do not answer this. The nearest passages are listed below.",
    "文档里没有这个问题的答案，下面是最接近的段落。",
  ],
};

function cite(world: World, quote: string, number: number): Citation | null {
  const found = world.live().find(({ text }) => text.includes(quote)) as Stored | undefined;
  if (!found) return null;
  const at = found.text.indexOf(quote);
  const begin = Buffer.byteLength(found.text.slice(0, at));
  const { document } = found;
  const end = begin + Buffer.byteLength(quote);
  return {
    number,
    chunk: document.id * 100 + number,
    document: document.id,
    revision: document.revision,
    begin,
    end,
    page: found.pdf?.boxes(begin, end)[0]?.page ?? 0,
    quote,
    title: document.title,
    name: document.name,
    heading: found.pdf ? "3  Equipment" : "",
  };
}

function play(call: Call, question: string, script: Script) {
  const citations: Citation[] = [];
  const steps: { sentence: Sentence; fresh: Citation[] }[] = script.sentences.map(({ text, quotes, why }) => {
    const fresh: Citation[] = [];
    const numbers = quotes.flatMap((quote) => {
      const citation = cite(call.world, quote, citations.length + 1);
      if (!citation) return [];
      citations.push(citation);
      fresh.push(citation);
      return [citation.number];
    });
    return {
      fresh,
      sentence: { text, supported: !why, citations: numbers, why_not: why ? say(call, ...why) : "" },
    };
  });
  if (script.outcome === "refused") {
    const near = cite(call.world, "Every employee has 30 days of paid leave a year.", 1);
    if (near) citations.push(near);
  }
  const answer: Answer = {
    chat: 0,
    message: call.world.id(),
    outcome: script.outcome,
    question,
    sentences: steps.map(({ sentence }) => sentence),
    citations,
    note: script.note ? say(call, ...script.note) : "",
    confidence: script.outcome === "answered" ? 0.93 : 0.21,
    model: script.outcome === "extracted" ? "" : "qwen2.5-coder-1.5b-instruct",
    timings_ms: { retrieved: 31, first_checked: 1240, total: 3870 },
  };
  return { steps, answer };
}

export async function askRoute(call: Call): Promise<void> {
  const { question, chat: chatId } = await jsonOf<{ question: string; chat?: number }>(call);
  const { world } = call;
  const script = kScripts.find(({ when }) => when.test(question))?.script ?? kRefusal;
  const emit = sse(call);
  const pace = Number(process.env["MOCK_PACE_MS"] ?? 450);
  const gone = () => call.response.destroyed;
  emit("queue", { position: 2 });
  await sleep(pace);
  emit("stage", { text: say(call, "searching 5 documents", "正在检索 5 个文档") });
  const old = world.chats.find((one) => one.id === chatId);
  const standalone = old ? `${question.replace(/[?？]$/, "")} (${old.title})` : question;
  if (old) emit("question", { standalone });
  const { steps, answer } = play(call, question, script);
  for (const [at, { sentence, fresh }] of steps.entries()) {
    await sleep(pace);
    if (gone()) return;
    emit("stage", {
      text: say(
        call,
        `reading passage ${at + 1} of ${steps.length}`,
        `正在阅读第 ${at + 1} 段，共 ${steps.length} 段`,
      ),
    });
    for (const citation of fresh) emit("citation", citation);
    emit("sentence", sentence);
  }
  await sleep(pace);
  if (gone()) return;
  const chat: Chat = old ?? {
    id: world.id(),
    title: question.slice(0, 60),
    mine: true,
    shared: [],
    messages: [],
  };
  if (!old) world.chats.unshift(chat);
  answer.chat = chat.id;
  chat.messages.push({
    id: world.id(),
    from: "user",
    text: question,
    standalone,
    answer: null,
    time: now(),
    feedback: null,
  });
  chat.messages.push({
    id: answer.message,
    from: "assistant",
    text: answer.sentences.map(({ text }) => text).join(" "),
    standalone: "",
    answer,
    time: now(),
    feedback: null,
  });
  emit("answer", answer);
  call.response.end();
}

const chatOf = (call: Call): Chat => {
  const chat = call.world.chats.find((one) => one.id === Number(call.args[0]));
  if (!chat) throw notFound(call);
  return chat;
};

const summary = ({ id, title, shared, mine, messages }: Chat): ChatSummary => ({
  id,
  title,
  shared,
  mine,
  messages: messages.length,
  updated: messages.at(-1)?.time ?? now(),
});
export function listChats(call: Call): void {
  const after = Number(call.query.get("after") ?? 0);
  const limit = Number(call.query.get("limit") ?? 50);
  const { chats } = call.world;
  const next = after + limit < chats.length ? String(after + limit) : null;
  send(call, { items: chats.slice(after, after + limit).map(summary), next });
}
export const getChat = (call: Call) => send(call, chatOf(call));
export async function changeChat(call: Call): Promise<void> {
  const { title, share } = await jsonOf<{ title?: string; share?: Chat["shared"] }>(call);
  const chat = chatOf(call);
  if (title !== undefined) chat.title = title;
  if (share !== undefined) chat.shared = share;
  send(call, summary(chat));
}
export function removeChat(call: Call): void {
  const chat = chatOf(call);
  call.world.chats = call.world.chats.filter((one) => one !== chat);
  send(call, undefined);
}
export function exportChat(call: Call): void {
  const chat = chatOf(call);
  call.response.setHeader(
    "Content-Disposition",
    `attachment; filename="chat.${call.query.get("format") ?? "md"}"`,
  );
  call.response.end(`# ${chat.title}\n`);
}
export async function feedback(call: Call): Promise<void> {
  const message = chatOf(call).messages.find((one) => one.id === Number(call.args[1]));
  if (!message) throw notFound(call);
  message.feedback = call.method === "PUT" ? await jsonOf(call) : null;
  send(call, undefined);
}
