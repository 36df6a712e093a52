import { WarningOutlined } from "@ant-design/icons";
import { isHidden, type Citation, type Sentence } from "../../api/ask";
import { useText } from "../../lang/language";
import { Plain } from "../../parts/plain";
import { useReader } from "../../reader/reader";
import { oneLine } from "../../text/printable";

export function CitationButton({ citation }: { citation: Citation }) {
  const { ask } = useText();
  const { target, open } = useReader();
  const shown = target?.document === citation.document && target.begin === citation.begin;
  if (isHidden(citation)) return <span className="faint">[{citation.number}]</span>;
  return (
    <button
      type="button"
      className={shown ? "cite cite-open" : "cite"}
      aria-label={ask.citation(citation.number, oneLine(citation.title || citation.name), citation.page)}
      aria-pressed={shown}
      onClick={() => open(targetOf(citation))}
    >
      [{citation.number}]
    </button>
  );
}

export function targetOf({ document, revision, begin, end, page, quote }: Citation) {
  return { document, revision, begin, end, page, quote };
}

/** A sentence with its sources; one without support says so in words, not by colour alone. */
export function SentenceView({
  sentence,
  citations,
}: {
  sentence: Sentence;
  citations: Map<number, Citation>;
}) {
  const { ask } = useText();
  const cited = sentence.citations.map((number) => citations.get(number)).filter((one) => one !== undefined);
  // Chinese sentences need no space between them.
  const space = /[\u3000-\u303f\uff00-\uffef\u4e00-\u9fff]$/.test(sentence.text) ? "" : " ";
  // Whose source may not be seen may not be seen either: the same note stands in place of both.
  if ([...citations.values()].some((one) => isHidden(one) && one.title === sentence.text)) {
    return (
      <span className="sentence faint">
        <Plain text={sentence.text} lines />
        {space}
      </span>
    );
  }
  if (!sentence.supported) {
    return (
      <span className="sentence sentence-doubt">
        <Plain text={sentence.text} lines />
        <span className="doubt">
          <WarningOutlined aria-hidden />{" "}
          {ask.unsupportedWhy(oneLine(sentence.why_not) || ask.unsupportedDefault)}
        </span>{" "}
      </span>
    );
  }
  return (
    <span className="sentence">
      <Plain text={sentence.text} lines />
      {cited.map((citation) => (
        <CitationButton key={citation.number} citation={citation} />
      ))}
      {space}
    </span>
  );
}
