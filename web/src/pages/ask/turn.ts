import {
  isHidden,
  type Answer,
  type AskEvent,
  type Chat,
  type Citation,
  type Feedback,
  type Sentence,
} from "../../api/ask";
import type { ApiError } from "../../api/error";

/** One question and what became of it. */
export interface Turn {
  key: string;
  question: string;
  standalone: string;
  /** Last thing the server said it was doing. */
  stage: string;
  /** 0: not waiting. */
  position: number;
  sentences: Sentence[];
  citations: Citation[];
  answer: Answer | null;
  /** What was answered, where there is no more than its words. */
  words: string;
  feedback: Feedback | null;
  state: "running" | "done" | "cancelled" | "failed";
  error: Pick<ApiError, "message" | "hint" | "code"> | null;
}

export function newTurn(key: string, question: string): Turn {
  return {
    key,
    question,
    standalone: "",
    stage: "",
    position: 0,
    sentences: [],
    citations: [],
    answer: null,
    words: "",
    feedback: null,
    state: "running",
    error: null,
  };
}

export function apply(turn: Turn, event: AskEvent): Turn {
  switch (event.event) {
    case "queue":
      return { ...turn, position: event.data.position };
    case "stage":
      return { ...turn, position: 0, stage: event.data.text };
    case "question":
      return { ...turn, standalone: event.data.standalone };
    case "citation":
      return { ...turn, position: 0, citations: [...turn.citations, event.data] };
    case "sentence":
      return { ...turn, position: 0, sentences: [...turn.sentences, event.data] };
    case "answer":
      // The last event holds the whole: what was shown before is replaced by it, not added to.
      return {
        ...turn,
        position: 0,
        stage: "",
        state: "done",
        answer: event.data,
        sentences: event.data.sentences,
        citations: event.data.citations,
      };
    case "error":
      return { ...turn, position: 0, stage: "", state: "failed", error: event.data };
  }
}

export function turnsOf(chat: Chat): Turn[] {
  const turns: Turn[] = [];
  for (const message of chat.messages) {
    if (message.from === "user") {
      turns.push({
        ...newTurn(`m${message.id}`, message.text),
        state: "done",
        standalone: message.standalone,
      });
      continue;
    }
    const last = turns.at(-1);
    if (!last) continue;
    last.answer = message.answer;
    last.words = message.answer ? "" : message.text;
    last.sentences = message.answer?.sentences ?? [];
    last.citations = message.answer?.citations ?? [];
    last.feedback = message.feedback;
    last.standalone = message.standalone || last.standalone;
  }
  return turns;
}

/** The rewritten question is worth showing only where it says something else. */
export function rewritten(turn: Turn): string {
  const plain = (text: string) => text.replace(/[\s？?。.！!]+/g, "").toLowerCase();
  return plain(turn.standalone) === plain(turn.question) ? "" : turn.standalone;
}

export function citationsOf(turn: Turn): Map<number, Citation> {
  return new Map(turn.citations.map((citation) => [citation.number, citation]));
}

/** For pasting elsewhere: what is supported, with its numbers, and the sources below. */
export function answerText(turn: Turn): string {
  const sentences = turn.sentences.filter((sentence) => sentence.supported);
  const body = sentences
    .map(({ text, citations }) => text + citations.map((number) => `[${number}]`).join(""))
    .join(" ");
  const sources = turn.citations.map((citation) => {
    const { number, title, name, page, quote } = citation;
    if (isHidden(citation)) return `[${number}] ${title}`;
    const place = page > 0 ? `${title || name}, p. ${page}` : title || name;
    return `[${number}] ${place}: “${quote}”`;
  });
  return [body, ...sources].join("\n");
}
